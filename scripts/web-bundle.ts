import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { glob, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, top } from './run.ts'

const SOURCES = [
  'web/{src,service-worker,build}/**/*',
  'web/public/**/*',
  'web/*.{html,ts,json}',
  '{sdk,crypto,protocol}/src/**/*.ts',
  'package-lock.json',
]
const STAMP = join(top, 'web/dist/.sources')

/**
 * Builds the web app unless the bundle that is there was made from the same sources.
 * @throws Error when the build fails; its output says why
 */
export async function ensureWebBundle(): Promise<void> {
  const sources = await fingerprint()
  if (existsSync(STAMP) && (await readFile(STAMP, 'utf8')) === sources) return
  const code = await run(['npm', 'run', '--silent', 'build'])
  if (code !== 0) throw new Error('The web app could not be built; the reason stands above.')
  await writeFile(STAMP, sources)
}

async function fingerprint(): Promise<string> {
  const files: string[] = []
  for await (const entry of glob(SOURCES, { cwd: top, withFileTypes: true })) {
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name))
  }
  const hash = createHash('sha256')
  for (const file of files.toSorted()) hash.update(file).update(await readFile(file))
  return hash.digest('hex')
}
