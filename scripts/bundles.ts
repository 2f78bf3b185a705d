import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { glob, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { run, top } from './run.ts'

/** What is put together from sources before it runs, in the folder `dist` of its workspace. */
interface Bundle {
  readonly workspace: 'web' | 'server'
  readonly sources: readonly string[]
  readonly failure: string
}

const WEB: Bundle = {
  workspace: 'web',
  sources: [
    'web/{src,service-worker,build}/**/*',
    'web/public/**/*',
    'web/*.{html,ts,json}',
    '{sdk,crypto,protocol}/src/**/*.ts',
    'package-lock.json',
  ],
  failure: 'The web app could not be built; the reason stands above.',
}

const SERVER: Bundle = {
  workspace: 'server',
  sources: ['{server,protocol}/src/**/*.ts', 'server/build/*', 'server/package.json', 'package-lock.json'],
  failure: 'The server could not be put together; the reason stands above.',
}

/**
 * Builds the web app unless the bundle that is there was made from the same sources.
 * @throws Error when the build fails; its output says why
 */
export const ensureWebBundle = (): Promise<void> => ensureBundle(WEB)

/** The same for `server/dist/main.js`. */
export const ensureServerBundle = (): Promise<void> => ensureBundle(SERVER)

async function ensureBundle({ workspace, sources, failure }: Bundle): Promise<void> {
  const stamp = join(top, workspace, 'dist/.sources')
  const now = await fingerprint(sources)
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === now) return
  const code = await run(['npm', 'run', '--silent', 'build', '--workspace', workspace])
  if (code !== 0) throw new Error(failure)
  await writeFile(stamp, now)
}

async function fingerprint(sources: readonly string[]): Promise<string> {
  const files: string[] = []
  for await (const entry of glob(sources, { cwd: top, withFileTypes: true })) {
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name))
  }
  const hash = createHash('sha256')
  // By its name within this folder: what was built and then moved is not old.
  for (const file of files.toSorted()) hash.update(relative(top, file)).update(await readFile(file))
  return hash.digest('hex')
}
