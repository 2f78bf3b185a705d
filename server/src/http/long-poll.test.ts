import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, TEST_PASSWORD } from '../testing.ts'
import type { TestServer } from '../testing.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const page = async (session: string, after: number, wait = 0) => {
  const reply = await server.post('download_messages', { after, wait }, session)
  return JSON.parse(await reply.text()).map(
    ({ seq, message_text }: { seq: number; message_text: string }) => `${seq} ${message_text}`,
  )
}

test('the safe download keeps what it returned until the next call says that it arrived', async () => {
  const [alice, bob] = [await server.newDevice('alice'), await server.newDevice('bob')]
  const send = (message_text: string) =>
    server.post('upload_message', { destname: 'bob', message_text, timestamp: 1 }, alice.session)
  await send('one')
  await send('two')
  expect(await page(bob.session, 0)).toEqual(['1 one', '2 two'])
  expect(await page(bob.session, 0)).toEqual(['1 one', '2 two'])
  expect(await page(bob.session, 1)).toEqual(['2 two'])
  const waiting = page(bob.session, 2, 30)
  await send('three')
  expect(await waiting).toEqual(['3 three'])
  expect(await page(bob.session, 3)).toEqual([])
})

test('the original’s download gives all and deletes it', async () => {
  const [carol, dave] = [await server.newDevice('carol'), await server.newDevice('dave')]
  await server.post('upload_message', { destname: 'dave', message_text: 'x', timestamp: 7 }, carol.session)
  const take = async () => JSON.parse(await (await server.post('download_messages', {}, dave.session)).text())
  expect(await take()).toEqual([{ sendername: 'carol', message_text: 'x', timestamp: 7 }])
  expect(await take()).toEqual([])
})

test('who waits is let go at once when the server stops', async () => {
  const stopping = await startTestServer()
  const { session } = await stopping.newDevice('erin')
  const reply = fetch(`${stopping.address}/download_messages?after=0&wait=30`, {
    headers: { authorization: `Bearer ${session}` },
  })
  await stopping.services.store.probe()
  const started = performance.now()
  const status = reply.then((answer) => answer.status)
  await stopping.stop()
  // 200 and empty when it was waiting already, 503 when it came just too late: never a wait.
  expect([200, 503]).toContain(await status)
  expect(performance.now() - started).toBeLessThan(3_000)
})

test('one account has a bounded number of downloads under way, and gets its places back', async () => {
  const { session } = await server.newDevice('greedy')
  const gone = new AbortController()
  const poll = (signal: AbortSignal) =>
    fetch(`${server.address}/download_messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${session}` },
      body: '{"after":0,"wait":30}',
      signal,
    })
  const statuses: number[] = []
  const { promise: refused, resolve } = Promise.withResolvers<void>()
  const all = Array.from({ length: 40 }, async () => {
    statuses.push((await poll(gone.signal)).status)
    if (statuses.length === 24) resolve()
  })
  await refused
  expect(statuses).toEqual(Array.from({ length: 24 }, () => 429))
  gone.abort()
  await Promise.allSettled(all)
  await expect.poll(async () => (await server.post('download_messages', { after: 0 }, session)).status).toBe(200)
})

test('a download that waits gets nothing once its session has been ended', async () => {
  const [erin, frank] = [await server.newDevice('erin'), await server.newDevice('frank')]
  const reply = await server.post('authenticate', { username: 'frank', password: TEST_PASSWORD })
  const { session_id: other } = JSON.parse(await reply.text())
  const waiting = server.post('download_messages', { after: 0, wait: 30 }, frank.session)
  // Answered after the long poll has begun to listen: both go through the same store, one after the other.
  await server.post('list_devices', {}, frank.session)
  const { sessions } = JSON.parse(await (await server.post('list_sessions', {}, other)).text())
  const { handle } = sessions.find(({ current }: { current: boolean }) => !current)
  expect((await server.post('revoke_session', { handle }, other)).status).toBe(200)
  await server.post('upload_message', { destname: 'frank', message_text: 'secret', timestamp: 1 }, erin.session)
  const answer = await waiting
  expect([answer.status, await answer.text()]).toEqual([401, expect.not.stringContaining('secret')])
})
