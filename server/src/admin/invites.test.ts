import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseFile } from '../config.ts'
import { startTestServer, TEST_PASSWORD } from '../testing.ts'
import type { TestServer } from '../testing.ts'
import { admin, adminJson } from './testing.ts'

const DAY_MS = 86_400_000

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ env: { CHATNIP_SIGNUP: 'invite' } })
})
afterAll(() => server.stop())

const signUp = (username: string, invite: string) =>
  server.post('create_user', { username, password: TEST_PASSWORD, public_key: 'a key', invite })

async function newCode(line = 'invites make'): Promise<string> {
  const { out } = await admin(server.data, line)
  const code = /^Code: ([a-z2-9]{4}(?:-[a-z2-9]{4}){4})$/.exec(out[0] ?? '')?.[1]
  if (code === undefined) throw new Error(out.join('\n'))
  return code
}

test('an invite lets as many people in as it says, beside the running server', async () => {
  const code = await newCode('invites make --uses 2')
  expect((await signUp('alice', 'no-such-code')).status).toBe(403)
  expect((await signUp('alice', code)).status).toBe(200)
  expect((await signUp('bob', code.toUpperCase().replaceAll('-', ' '))).status).toBe(200)
  expect((await signUp('carol', code)).status).toBe(403)
})

test('the link carries the code behind the #, under the public address when there is one', async () => {
  const here = await adminJson(server.data, 'invites make', { env: { HOST: '0.0.0.0', PORT: '5123' } })
  expect(here).toMatchObject({ link: expect.stringMatching(/^http:\/\/localhost:5123\/signup#invite=[a-z2-9-]{24}$/) })
  const env = { CHATNIP_PUBLIC_URL: 'https://chat.example.org' }
  const there = await adminJson(server.data, 'invites make', { env })
  expect(there).toMatchObject({ link: expect.stringMatching(/^https:\/\/chat\.example\.org\/signup#invite=/) })
})

test('only a hash is stored', async () => {
  const code = await newCode()
  const file = databaseFile(server.data)
  const stored = Buffer.concat([file, `${file}-wal`].map((path) => readFileSync(path))).toString('latin1')
  expect(stored).toContain(code.slice(0, 4))
  expect(stored).not.toContain(code)
  expect(stored).not.toContain(code.replaceAll('-', ''))
})

test('listed with its time, and gone from the list when withdrawn, by handle or by code', async () => {
  const now = Date.now()
  const [one, other] = [await newCode('invites make --days 3'), await newCode()]
  const listed = await adminJson(server.data, 'invites list')
  expect(listed).toContainEqual({
    handle: one.slice(0, 4),
    usesLeft: 1,
    createdAt: expect.any(Number),
    expiresAt: expect.toSatisfy((at: number) => Math.abs(at - now - 3 * DAY_MS) < 60_000),
  })
  expect(await admin(server.data, `invites withdraw ${one.slice(0, 4)}`)).toMatchObject({ code: 0 })
  expect(await admin(server.data, `invites withdraw ${other}`)).toMatchObject({ code: 0 })
  const { out } = await admin(server.data, 'invites list')
  expect(out.join('\n')).not.toMatch(new RegExp(`^(${one.slice(0, 4)}|${other.slice(0, 4)})`, 'm'))
  expect((await signUp('dora', one)).status).toBe(403)
  const again = await admin(server.data, `invites withdraw ${other}`)
  expect(again).toMatchObject({ code: 1, errors: [expect.stringContaining('There is no invite')] })
})

test('a server that takes nobody is told about', async () => {
  const { code, out } = await admin(server.data, 'invites make', { env: { CHATNIP_SIGNUP: 'closed' } })
  expect(code).toBe(0)
  expect(out.join('\n')).toContain('CHATNIP_SIGNUP is closed')
})
