import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

/** Documents that are no longer true are worse than none: what can be checked by a machine is. */

const top = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): Promise<string> => readFile(join(top, path), 'utf8')

/** In a copy without git there is nothing to ask; then the documents that are known by name are looked at. */
const tracked = async (pattern: string): Promise<readonly string[]> => {
  const { stdout } = await promisify(execFile)('git', ['ls-files', pattern], { cwd: top }).catch(() => ({ stdout: '' }))
  return stdout.split('\n').filter((path) => path !== '')
}

/** Paths of this repository that stand in `code` in a text: a known folder first, then a slash. */
const pathsIn = (text: string): readonly string[] =>
  [...text.matchAll(/`((?:protocol|crypto|server|sdk|web|test|bench|docs|scripts)\/[\w./-]*)`/g)].flatMap(
    ([, path]) => path ?? [],
  )

const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md']

describe('documents', () => {
  test('the README is short', async () => {
    expect((await read('README.md')).split('\n').length).toBeLessThanOrEqual(150)
  })

  test('the map names only what is there, and much of it', async () => {
    const paths = pathsIn(await read('ARCHITECTURE.md'))
    expect(paths.filter((path) => !existsSync(join(top, path)))).toEqual([])
    expect(paths.length).toBeGreaterThan(30)
  })

  test('a path that is gone would be found', () => {
    expect(pathsIn('see `server/src/gone.ts` and `npm test`')).toEqual(['server/src/gone.ts'])
  })

  test('links between documents lead somewhere', async () => {
    const files = [...DOCUMENTS, ...(await tracked('docs/**/*.md')), ...(await tracked('docs/*.md'))]
    const broken: string[] = []
    for (const file of files) {
      for (const [, target] of (await read(file)).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
        if (!existsSync(join(top, dirname(file), target ?? ''))) broken.push(`${file}: ${target}`)
      }
    }
    expect(broken).toEqual([])
  })

  test('each decision is in the list', async () => {
    const list = await read('docs/decisions/README.md')
    const pages = (await tracked('docs/decisions/0*.md')).map((path) => path.split('/').at(-1) ?? '')
    expect(pages.filter((page) => !list.includes(page))).toEqual([])
  })
})

test('the lockfile names no download addresses', async () => {
  expect(await read('package-lock.json')).not.toMatch(/"resolved": "http/)
})

test('every dependency has an exact version', async () => {
  for (const folder of ['.', 'protocol', 'crypto', 'server', 'sdk', 'web', 'test', 'bench']) {
    const manifest: unknown = JSON.parse(await read(join(folder, 'package.json')))
    const ranges = Object.entries(manifest as Record<string, Record<string, string>>)
      .filter(([field]) => field.endsWith('ependencies'))
      .flatMap(([, named]) => Object.entries(named))
      .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
    expect(ranges).toEqual([])
  }
})
