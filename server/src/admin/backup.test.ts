import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
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
  mkdirSync(join(server.data, 'blobs', 'ab'), { recursive: true })
  writeFileSync(join(server.data, 'blobs', 'ab', 'abcd-0'), 'a part')
  const { code, out } = await admin(server.data, 'backup copy.db', { folder })
  const copy = join(folder, 'copy.db')
  expect(code).toBe(0)
  expect(out.join('\n')).toContain(`${copy}.files holds the pictures and blobs: 1 file, 6 bytes`)
  expect(readFileSync(join(`${copy}.files`, 'blobs', 'ab', 'abcd-0'), 'utf8')).toBe('a part')
  expect(statSync(`${copy}.files`).mode & 0o777).toBe(0o700)
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
  mkdirSync(join(folder, 'half.files'))
  const half = await admin(server.data, 'backup half', { folder })
  expect(half).toMatchObject({ code: 1, errors: [expect.stringContaining('half.files is there already')] })
  expect(existsSync(join(folder, 'half'))).toBe(false)
  const nowhere = await admin(server.data, 'backup no/folder/copy.db', { folder })
  expect(nowhere).toMatchObject({ code: 1, errors: [expect.stringContaining('There is no folder')] })
})

test('what lies in a bucket is said to lie there', async () => {
  const env = { CHATNIP_FILES: 'https://KEY:SECRET@s3.example.org/cats?region=eu-1' }
  const copied = await admin(server.data, 'backup elsewhere.db', { folder, env })
  expect(copied.out.join('\n')).toContain('not in it: they lie at https://s3.example.org/cats.')
  const stats = await admin(server.data, 'stats', { env })
  expect(stats.out.join('\n')).toContain('Pictures and blobs: at https://s3.example.org/cats.')
  expect(JSON.stringify([copied, stats])).not.toContain('SECRET')
})

test('a place for files that is not there, or can’t be read, is not taken for an empty one', async () => {
  const env = { CHATNIP_FILES: join(folder, 'not-mounted') }
  const away = await admin(server.data, 'backup away.db', { folder, env })
  expect(away).toMatchObject({ code: 1, errors: [expect.stringContaining('not-mounted')] })
  mkdirSync(env.CHATNIP_FILES)
  // As a folder that may not be read, which it always may where tests are run as root.
  writeFileSync(join(env.CHATNIP_FILES, 'blobs'), 'no folder')
  const unreadable = await admin(server.data, 'backup unreadable.db', { folder, env })
  expect(unreadable).toMatchObject({ code: 1, errors: [expect.stringContaining('ENOTDIR')] })
  rmSync(join(env.CHATNIP_FILES, 'blobs'))
  expect(await admin(server.data, 'backup nothing.db', { folder, env })).toMatchObject({ code: 0 })
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
    blobs: { files: 1, bytes: 6 },
    waiting: [{ username: 'bob', messages: 1, bytes: 9 }],
  })
  const { out } = await admin(server.data, 'stats')
  expect(out.join('\n')).toMatch(/^bob +1 +9$/m)
})
