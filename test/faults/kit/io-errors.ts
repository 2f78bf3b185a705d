import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/**
 * Errors of the operating system on demand, by libfiu. SQLite is a part of the node program, but its fsync, fdatasync and pwrite64 are the C
 * library's, found when the program starts: so a library that is loaded before stands between.
 */
const LIBRARIES = ['/usr/lib/fiu/fiu_run_preload.so', '/usr/lib/fiu/fiu_posix_preload.so']
const PIPES = join(tmpdir(), 'chatnip-fiu')
const EIO = 5
const ENOSPC = 28

const run = promisify(execFile)

export const whyNoIoErrors = (): string | null =>
  LIBRARIES.every((library) => existsSync(library)) ? null : 'libfiu is not there (Debian: fiu-utils, libfiu-dev).'

/** The environment of a process that is to meet errors; none happen yet. */
export const ioErrorsEnv: Readonly<Record<string, string>> = {
  LD_PRELOAD: LIBRARIES.join(' '),
  FIU_CTRL_FIFO: PIPES,
}

/** From now on this part (0 to 1) of the calls fails: a sync with EIO, a write into the middle of a file with ENOSPC. */
export async function setIoErrors(pid: number, part: { readonly sync: number; readonly write: number }): Promise<void> {
  const points = [
    { name: 'posix/io/sync/fsync', part: part.sync, errno: EIO },
    { name: 'posix/io/sync/fdatasync', part: part.sync, errno: EIO },
    { name: 'posix/io/rw/pwrite', part: part.write, errno: ENOSPC },
  ]
  for (const { name, part: probability, errno } of points) {
    const command =
      probability === 0
        ? `disable name=${name}`
        : `enable_random name=${name},probability=${probability},failinfo=${errno}`
    await run('fiu-ctrl', ['-f', PIPES, '-c', command, String(pid)])
  }
}
