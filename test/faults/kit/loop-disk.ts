import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freeze } from './processes.ts'

const run = promisify(execFile)

/** How long files on the disk may stay open after everybody was closed. */
const FREE_WITHIN_MS = 30_000

/** A disk of its own, in a file, from which the power can be taken. */
export interface LoopDisk {
  /** Where it is mounted. */
  readonly folder: string
  /**
   * From this moment nothing reaches the disk any more, not even what the kernel has in its memory: as when the power goes. Whoever writes
   * is stopped first, between two system calls, and is to be killed afterwards: an fdatasync that is under way during the ioctl may say that
   * it succeeded and did not (seen on Linux 6.18 with nothing but pwrite and fdatasync, 2 of 60 cuts), which no real power cut lets anybody hear.
   */
  cut(writers: readonly number[]): Promise<void>
  /** When nobody has files open on it: the disk as it is found when the power is back. */
  back(): Promise<void>
  remove(): Promise<void>
}

/** Why this machine can't do it, or null. */
export async function whyNoLoopDisk(): Promise<string | null> {
  if (process.platform !== 'linux') return 'Needs Linux.'
  if (process.getuid?.() !== 0) return 'Needs to run as root, to mount a disk.'
  if (!existsSync('/dev/loop-control')) return 'This kernel has no loop devices.'
  for (const program of ['mkfs.ext4', 'mount', 'umount', 'perl']) {
    const found = await run('sh', ['-c', `command -v ${program}`]).catch(() => null)
    if (found === null) return `The program ${program} is not there.`
  }
  return makeLoopDisk(8)
    .then((disk) => disk.remove())
    .then(
      () => null,
      () => 'A disk in a file cannot be mounted here.',
    )
}

/**
 * FS_IOC_SHUTDOWN with "no log flush" (2): the file system forgets its journal's unwritten part and refuses all further work. Node has no
 * ioctl, Perl has it in its smallest package, which every Debian carries. The number is _IOR('X', 125, __u32).
 */
const SHUTDOWN =
  'my $how = pack("I", 2); open(my $disk, "<", $ARGV[0]) or die $!; ioctl($disk, 0x8004587D, $how) or die $!'

/** @param mebibytes its size; ext4 itself takes some */
export async function makeLoopDisk(mebibytes: number): Promise<LoopDisk> {
  const home = await mkdtemp(join(tmpdir(), 'chatnip-disk-'))
  const image = join(home, 'image')
  const folder = join(home, 'mounted')
  await mkdir(folder)
  await writeFile(image, '')
  await truncate(image, mebibytes * 1024 * 1024)
  await run('mkfs.ext4', ['-q', '-F', image])
  const mount = async (): Promise<void> => {
    await run('mount', ['-o', 'loop', image, folder])
  }
  const unmount = async (): Promise<void> => {
    const began = performance.now()
    for (;;) {
      try {
        await run('umount', [folder])
        return
      } catch (error) {
        // A browser that was closed in good order leaves helpers behind that end in their own time.
        if (performance.now() - began > FREE_WITHIN_MS) throw error
      }
      await pause(100)
    }
  }
  await mount()
  return {
    folder,
    cut: async (writers) => {
      await freeze(writers)
      await run('perl', ['-e', SHUTDOWN, folder])
    },
    back: async () => {
      await unmount()
      await mount()
    },
    remove: async () => {
      await unmount()
      await rm(home, { recursive: true })
    },
  }
}
