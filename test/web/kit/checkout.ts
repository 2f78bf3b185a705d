import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { top } from '../../../scripts/run.ts'

const execute = promisify(execFile)

/** What the web app is made of. */
const SOURCES = ['protocol', 'crypto', 'sdk', 'web']

/** A copy of the sources in another place, to be changed and built there. */
export interface Checkout {
  readonly folder: string
  /** Replaces a text in one of the files; it must be there. */
  edit(file: string, from: string, to: string): Promise<void>
  /** @param env more variables for the build. @returns the folder of the built app */
  build(env?: Readonly<Record<string, string>>): Promise<string>
  remove(): Promise<void>
}

export async function copyCheckout(): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), 'chatnip-checkout-'))
  for (const part of SOURCES)
    await cp(join(top, part), join(folder, part), { recursive: true, filter: (path) => path !== join(top, 'web/dist') })
  await cp(join(top, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'))
  await linkModules(folder)
  const web = join(folder, 'web')
  return {
    folder,
    edit: async (file, from, to) => {
      const text = await readFile(join(folder, file), 'utf8')
      if (!text.includes(from)) throw new Error(`${file} does not hold ${from}.`)
      await writeFile(join(folder, file), text.replace(from, to))
    },
    build: async (env = {}) => {
      const options = { cwd: web, env: { ...process.env, NODE_ENV: 'production', ...env } }
      await execute(process.execPath, ['build/main.ts'], options)
      return join(web, 'dist')
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Strangers' packages are shared; our own are those of the copy. */
async function linkModules(folder: string): Promise<void> {
  const own = join(folder, 'node_modules/@chatnip')
  await mkdir(own, { recursive: true })
  for (const part of SOURCES) await symlink(join(folder, part), join(own, part))
  const shared = await realpath(join(top, 'node_modules'))
  for (const name of await readdir(shared))
    if (name !== '@chatnip') await symlink(join(shared, name), join(folder, 'node_modules', name))
}
