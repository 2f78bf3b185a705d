import { afterAll, beforeAll, expect, test } from 'vitest'
import { LIMITS } from '@chatnip/protocol'
import { systemClock } from '../clock.ts'
import { startTestServer, TEST_PASSWORD } from '../testing.ts'
import type { TestServer } from '../testing.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

let server: TestServer
let passed = 0
const clock = { ...systemClock(), now: () => 1_800_000_000_000 + passed }

beforeAll(async () => {
  server = await startTestServer({ clock })
})
afterAll(() => server.stop())

const status = async (session: string) => (await server.post('list_sessions', {}, session)).status

test('a plain session lives five minutes after its last use', async () => {
  await server.newDevice('alice')
  const reply = await server.post('authenticate', { username: 'alice', password: TEST_PASSWORD })
  const { session_id: session } = JSON.parse(await reply.text())
  for (let use = 0; use < 5; use += 1) {
    passed += LIMITS.sessionMinutes * MINUTE - 10_000
    expect(await status(session)).toBe(200)
    await server.services.store.probe()
  }
  passed += LIMITS.sessionMinutes * MINUTE
  expect(await status(session)).toBe(401)
})

test('a device session lives thirty days after its last use', async () => {
  const { session } = await server.newDevice('bob')
  for (let use = 0; use < 3; use += 1) {
    passed += LIMITS.deviceSessionDays * DAY - MINUTE
    expect(await status(session)).toBe(200)
    await server.services.store.probe()
  }
  passed += LIMITS.deviceSessionDays * DAY
  expect(await status(session)).toBe(401)
})

test('the database holds no session id', async () => {
  const { session } = await server.newDevice('carol')
  const found = await server.services.sessions.require(session, 'CAROL')
  expect(Buffer.from(found.hash)).toHaveLength(32)
  expect(Buffer.from(found.hash).toString('latin1')).not.toContain(session)
  await expect(
    server.services.sessions.require(Buffer.from(found.hash).toString('hex').slice(0, 32), undefined),
  ).rejects.toMatchObject({
    code: 'not_signed_in',
  })
})

test('a session that was used while the clock was years ahead ends in time once it is right', async () => {
  const years = 3_650 * DAY
  passed += years
  const reply = await server.post('authenticate', { username: 'alice', password: TEST_PASSWORD })
  const { session_id: session } = JSON.parse(await reply.text())
  passed -= years
  expect(await status(session)).toBe(200)
  await server.services.store.probe()
  passed += LIMITS.sessionMinutes * MINUTE
  expect(await status(session)).toBe(401)
})
