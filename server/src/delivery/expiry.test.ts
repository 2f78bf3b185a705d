import { expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { startTestServer } from '../testing.ts'
import type { TestServer } from '../testing.ts'
import { startExpiry } from './expiry.ts'

const DAY = 86_400_000
const MINUTE = 60_000

/** Expiry on a server's store with a wall clock and a steady clock that the test moves. */
function expiryOf({ services }: TestServer, ahead = 0, blobs: { sweep(now: number): Promise<void> } = services.blobs) {
  const time = { wall: Date.now() + ahead, steady: 0 }
  const clock = { ...systemClock(() => time.wall), every: () => () => undefined }
  const expiry = startExpiry({ ...services, clock, blobs, steady: () => time.steady }, 30)
  const pass = (ms: number) => {
    time.wall += ms
    time.steady += ms
  }
  return { expiry, time, pass }
}

async function scene() {
  const server = await startTestServer()
  const { sessions, store } = server.services
  const alice = await server.newDevice('alice')
  const bob = await server.newDevice('bob')
  const mailboxOf = async (session: string) => (await sessions.require(session, undefined)).device?.mailbox ?? 0
  const boxes = { alice: await mailboxOf(alice.session), bob: await mailboxOf(bob.session) }
  const id = '00000000-0000-4000-8000-000000000001'
  await server.post('upload_message', { destname: 'bob', message_text: 'hello', timestamp: 1, id }, alice.session)
  const held = async (mailbox: number) =>
    (await store.read(mailbox, 0, { count: 10, bytes: 10_000 })).map(({ kind, peer }) => `${kind} ${peer}`)
  return { server, alice, boxes, held }
}

test('a message that waited too long goes, and its sender is told', async () => {
  const { server, boxes, held } = await scene()
  const { expiry, pass } = expiryOf(server)
  const woken: number[] = []
  server.services.bus.onWake(boxes.alice, (seq) => woken.push(seq))
  pass(29 * DAY)
  await expiry.run()
  expect(await held(boxes.bob)).toEqual(['message alice'])
  pass(DAY + MINUTE)
  await expiry.run()
  expect(await held(boxes.bob)).toEqual([])
  expect(await held(boxes.alice)).toEqual(['expired bob'])
  expect(woken).toEqual([1])
  await server.stop()
})

test('a server that starts with a clock years ahead throws nothing away in its first hour', async () => {
  const { server, boxes, held } = await scene()
  const { expiry, pass } = expiryOf(server, 3_650 * DAY)
  await expiry.run()
  pass(59 * MINUTE)
  await expiry.run()
  expect(await held(boxes.bob)).toEqual(['message alice'])
  await server.stop()
})

test('a leap of the clock that is undone throws nothing away', async () => {
  const { server, boxes, held } = await scene()
  const { expiry, pass, time } = expiryOf(server)
  pass(2 * 60 * MINUTE)
  await expiry.run()
  time.wall += 3_650 * DAY
  pass(MINUTE)
  await expiry.run()
  time.wall -= 3_650 * DAY
  for (let minute = 0; minute < 180; minute += 1) {
    pass(MINUTE)
    await expiry.run()
  }
  expect(await held(boxes.bob)).toEqual(['message alice'])
  await server.stop()
})

test('a leap of the clock that is undone signs nobody out for good', async () => {
  const { server, alice } = await scene()
  const { expiry, pass, time } = expiryOf(server)
  pass(2 * 60 * MINUTE)
  time.wall += 3_650 * DAY
  await expiry.run()
  time.wall -= 3_650 * DAY
  expect((await server.post('download_messages', { after: 0 }, alice.session)).status).toBe(200)
  await server.stop()
})

test('after the clock jumped nothing expires for an hour', async () => {
  const { server, boxes, held } = await scene()
  const { expiry, pass, time } = expiryOf(server)
  pass(2 * 60 * MINUTE)
  time.wall += 3_650 * DAY
  pass(MINUTE)
  await expiry.run()
  pass(58 * MINUTE)
  await expiry.run()
  expect(await held(boxes.bob)).toEqual(['message alice'])
  pass(2 * MINUTE)
  await expiry.run()
  expect(await held(boxes.bob)).toEqual([])
  await server.stop()
})

test('what was to end early goes at its time, its sender is not told, and what lies around it stays', async () => {
  const { server, alice, boxes, held } = await scene()
  const send = (number: number, more: object) =>
    server.post(
      'send_message',
      {
        id: `00000000-0000-4000-8000-00000000000${number}`,
        timestamp: 1,
        to: [{ username: 'bob', message_text: `text ${number}` }],
        ...more,
      },
      alice.session,
    )
  await send(2, { expires_in: 7_200 })
  await send(3, {})
  await send(4, { expires_in: 10_800 })
  const { expiry, pass } = expiryOf(server)
  const seqs = async () =>
    (await server.services.store.read(boxes.bob, 0, { count: 10, bytes: 10_000 })).map(({ seq }) => seq)
  pass(2 * 60 * MINUTE - MINUTE)
  await expiry.run()
  expect(await seqs()).toEqual([1, 2, 3, 4])
  pass(2 * MINUTE)
  await expiry.run()
  expect(await seqs()).toEqual([1, 3, 4])
  pass(60 * MINUTE)
  await expiry.run()
  expect(await seqs()).toEqual([1, 3])
  // What is new comes behind them, at its own place.
  await send(5, {})
  expect(await seqs()).toEqual([1, 3, 5])
  expect(await held(boxes.alice)).toEqual([])
  await server.stop()
})

test('no early end is believed while the clock is not', async () => {
  const { server, alice, boxes, held } = await scene()
  const ends = { expires_in: 60, to: [{ username: 'bob', message_text: 'short' }], timestamp: 1 }
  await server.post('send_message', { ...ends, id: '00000000-0000-4000-8000-000000000002' }, alice.session)
  const { expiry, pass } = expiryOf(server, 3_650 * DAY)
  pass(59 * MINUTE)
  await expiry.run()
  expect(await held(boxes.bob)).toEqual(['message alice', 'message alice'])
  await server.stop()
})

test('however many end at once, one round removes them all', async () => {
  const { server, alice, boxes } = await scene()
  const { store, sessions } = server.services
  const { account } = await sessions.require(alice.session, undefined)
  const sent = Array.from({ length: 1_200 }, (_, number) =>
    store.append({
      sender: account,
      fromMailbox: null,
      id: `00000000-0000-4000-9000-${String(number).padStart(12, '0')}`,
      timestamp: 1,
      to: [{ username: 'bob', message_text: 'short' }],
      expiresIn: 60,
      now: Date.now(),
    }),
  )
  await Promise.all(sent)
  const { expiry, pass } = expiryOf(server)
  pass(2 * 60 * MINUTE)
  await expiry.run()
  expect(await store.read(boxes.bob, 0, { count: 10, bytes: 10_000 })).toHaveLength(1)
  await server.stop()
})

test('blobs end by the clock while it is believed, and a place for files that is away holds nothing else up', async () => {
  const { server, boxes, held } = await scene()
  const asked: number[] = []
  const sweep = (now: number) => {
    asked.push(now)
    return Promise.reject(new Error('away'))
  }
  const { expiry, pass, time } = expiryOf(server, 0, { sweep })
  await expiry.run()
  expect(asked).toEqual([])
  pass(31 * DAY)
  await expiry.run()
  expect(asked).toEqual([time.wall])
  expect(await held(boxes.bob)).toEqual([])
  await server.stop()
})
