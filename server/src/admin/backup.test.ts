import { existsSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite/sqlite.ts'
import { startTestServer } from '../testing.ts'
import type { TestServer } from '../testing.ts'
import { inspect } from './inspect.ts'
import { admin, adminJson } from './testing.ts'

let server: TestServer
let folder: string
beforeAll(async () => {
  server = await startTestServer()
  folder = mkdtempSync(join(tmpdir(), 'chatnip-backup-'))
  const alice = await server.newDevice('alice')
  await server.newDevice('bob')
  await server.post('upload_message', { destname: 'bob', message_text: 'hello bob', timestamp: 1 }, alice.session)
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

test('a backup of a running server is whole, private, and a server can start from it', async () => {
  const { code, out } = await admin(server.data, 'backup copy.db', { folder })
  const copy = join(folder, 'copy.db')
  expect(code).toBe(0)
  expect(out.join('\n')).toContain(join(server.data, 'avatars'))
  expect(statSync(copy).mode & 0o777).toBe(0o600)
  expect(existsSync(`${copy}-wal`)).toBe(false)
  const restored = await openSqliteStore({ file: copy })
  expect(await restored.findAccount('alice')).toMatchObject({ username: 'alice' })
  expect((await restored.stats()).waiting).toEqual([{ username: 'bob', messages: 1, bytes: 9 }])
  await restored.close()
})

test('what is there already is left alone', async () => {
  const taken = join(folder, 'taken')
  writeFileSync(taken, 'mine')
  const { code, errors } = await admin(server.data, `backup ${taken}`)
  expect({ code, errors }).toEqual({ code: 1, errors: [expect.stringContaining('is there already')] })
  expect(statSync(taken).size).toBe(4)
  const nowhere = await admin(server.data, 'backup no/folder/copy.db', { folder })
  expect(nowhere).toMatchObject({ code: 1, errors: [expect.stringContaining('There is no folder')] })
})

test('damage in a database file is found', async () => {
  await admin(server.data, 'backup damaged.db', { folder })
  const damaged = join(folder, 'damaged.db')
  expect(inspect(damaged, 'whole')).toEqual({ faults: [], newest: expect.any(Number) })
  truncateSync(damaged, statSync(damaged).size - 4_096)
  const found = (): readonly string[] => {
    try {
      return inspect(damaged, 'whole').faults
    } catch (error) {
      return [String(error)]
    }
  }
  expect(found()).not.toEqual([])
})

test('stats say what takes how much room, and whose messages wait', async () => {
  const stats = await adminJson(server.data, 'stats')
  expect(stats).toMatchObject({
    tables: expect.arrayContaining([{ table: 'accounts', rows: 2, bytes: expect.any(Number) }]),
    avatars: { files: 0, bytes: 0 },
    waiting: [{ username: 'bob', messages: 1, bytes: 9 }],
  })
  const { out } = await admin(server.data, 'stats')
  expect(out.join('\n')).toMatch(/^bob +1 +9$/m)
})
