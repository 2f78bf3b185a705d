import { execFile } from 'node:child_process'
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const BLOCK = 1024 * 1024

/** A disk in memory that can be filled to the brim and given room again. */
export interface SmallDisk {
  readonly folder: string
  /** Somebody else's file takes all the room that there is, once; what becomes free later it does not take. */
  fill(): void
  /** And is deleted. */
  free(): void
  remove(): Promise<void>
}

/** Why this machine can't do it, or null. */
export const whyNoSmallDisk = (): Promise<string | null> =>
  makeSmallDisk(1)
    .then((disk) => disk.remove())
    .then(
      () => null,
      () => 'Needs to run as root on Linux, to mount a tmpfs.',
    )

/** @throws Error when nothing can be mounted here */
export async function makeSmallDisk(mebibytes: number): Promise<SmallDisk> {
  const home = await mkdtemp(join(tmpdir(), 'chatnip-small-'))
  const folder = join(home, 'mounted')
  await mkdir(folder)
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder])
  } catch (error) {
    await rm(home, { recursive: true })
    throw error
  }
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fill: () => {
      const { bavail, bsize } = statfsSync(folder)
      const file = openSync(ballast, 'w')
      for (let left = bavail * bsize; left > 0; left -= BLOCK) writeWhatFits(file, Buffer.alloc(Math.min(left, BLOCK)))
      closeSync(file)
    },
    free: () => rmSync(ballast),
    remove: async () => {
      await run('umount', [folder])
      await rm(home, { recursive: true })
    },
  }
}

function writeWhatFits(file: number, block: Buffer): void {
  try {
    writeSync(file, block)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}
