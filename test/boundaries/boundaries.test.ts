import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const top = fileURLToPath(new URL('../..', import.meta.url))

/** Lints one planted file, standing where `path` says, under the repository's own rules. */
async function lintPlanted(path: string, source: string): Promise<{ code: number; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'chatnip-boundaries-'))
  try {
    const config = JSON.parse(await readFile(join(top, '.oxlintrc.json'), 'utf8')) as Record<string, unknown>
    delete config['$schema']
    // Type-aware rules need the whole project; the arrows do not.
    config['options'] = {}
    await writeFile(join(folder, '.oxlintrc.json'), JSON.stringify(config))
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), source)
    return await promisify(execFile)(join(top, 'node_modules/.bin/oxlint'), [], { cwd: folder }).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      (error: { code: number; stdout: string }) => ({ code: error.code, output: error.stdout }),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const forbidden: readonly (readonly [string, string])[] = [
  ['protocol/src/planted.ts', '@chatnip/crypto'],
  ['protocol/src/planted.ts', 'node:fs'],
  ['crypto/src/planted.ts', '@chatnip/protocol'],
  ['server/src/http/planted.ts', '@chatnip/crypto'],
  ['server/src/main.ts', '@chatnip/crypto'],
  ['server/src/store/sqlite/planted.ts', '@chatnip/sdk'],
  ['server/src/store/planted.ts', '../http/routes.ts'],
  ['server/src/bus/planted.ts', '../delivery/accept.ts'],
  ['server/src/delivery/planted.ts', '../store/sqlite/open.ts'],
  ['server/src/blobs/planted.ts', '../files/s3/s3.ts'],
  ['server/src/accounts/planted.ts', '../files/folder.ts'],
  ['server/src/files/planted.ts', '../http/routes.ts'],
  ['server/src/delivery/planted.ts', '../socket/connection.ts'],
  ['server/src/accounts/planted.ts', '../http/routes.ts'],
  ['server/src/accounts/planted.ts', '@chatnip/crypto'],
  ['server/src/socket/planted.ts', '../bus/local.ts'],
  ['sdk/src/planted.ts', '@chatnip/server'],
  ['sdk/src/engine/planted.ts', '@chatnip/web'],
  ['web/src/planted.ts', '@chatnip/crypto'],
  ['web/src/planted.ts', '@chatnip/server'],
  ['web/src/pages/planted.ts', 'node:fs'],
]

const allowed: readonly (readonly [string, string])[] = [
  ['crypto/src/planted.ts', 'jose'],
  ['server/src/http/planted.ts', '@chatnip/protocol'],
  ['server/src/delivery/planted.ts', '../store/store.ts'],
  ['server/src/blobs/planted.ts', '../files/files.ts'],
  ['server/src/main.ts', './store/sqlite/open.ts'],
  ['sdk/src/planted.ts', '@chatnip/crypto'],
  ['web/src/planted.ts', '@chatnip/sdk'],
]

const source = (specifier: string) => `import { planted } from '${specifier}'\nexport const used = planted\n`

test.each(forbidden)('%s may not import %s', async (path, specifier) => {
  const { code, output } = await lintPlanted(path, source(specifier))
  expect(output).toContain('no-restricted-imports')
  expect(code).toBe(1)
})

// Without these a check that refuses everything, or reads nothing, would look as if it worked.
test.each(allowed)('%s may import %s', async (path, specifier) => {
  const { code, output } = await lintPlanted(path, source(specifier))
  expect(output).toContain('on 1 file')
  expect(code).toBe(0)
})

test('the server’s package.json does not name crypto', async () => {
  const manifest = JSON.parse(await readFile(join(top, 'server/package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  expect(Object.keys(manifest.dependencies).filter((name) => name.startsWith('@chatnip/'))).toEqual([
    '@chatnip/protocol',
  ])
})
