import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIMITS } from '@chatnip/protocol'
import { startTestServer } from '../testing.ts'
import type { TestServer } from '../testing.ts'
import type { Session } from '../store/store.ts'
import { Feed, tailOf } from './feed.ts'

let server: TestServer
let alice: Session
let number = 0

beforeAll(async () => {
  server = await startTestServer()
  alice = await sessionOf('alice')
})
afterAll(() => server.stop())

async function sessionOf(name: string): Promise<Session> {
  const { session } = await server.newDevice(name)
  return server.services.sessions.require(session, undefined)
}

/** A fresh device, its feed on the real store, and what the feed wrote. */
async function newFeed(mailboxOf?: number) {
  number += 1
  const name = `bob${number}`
  const mailbox = mailboxOf ?? (await sessionOf(name)).device?.mailbox ?? 0
  const frames: { type: string; seq: number }[] = []
  const state = { buffered: 0, reads: 0, changed: () => undefined as void }
  const { store } = server.services
  const feed = new Feed({
    mailbox,
    store: {
      read: (...asked) => {
        state.reads += 1
        return store.read(...asked)
      },
      acknowledge: (...asked) => store.acknowledge(...asked),
    },
    outlet: {
      write: (frame) => {
        frames.push(JSON.parse(frame))
        state.changed()
      },
      buffered: () => state.buffered,
    },
    onTrouble: (cause) => {
      throw cause
    },
  })
  const until = (done: () => boolean) =>
    new Promise<void>((resolve) => {
      state.changed = () => {
        if (done()) resolve()
      }
      state.changed()
    })
  const seqs = () => frames.filter(({ type }) => type === 'message').map(({ seq }) => seq)
  const isEmpty = () => frames.some(({ type }) => type === 'empty')
  return { name, mailbox, feed, frames, state, until, seqs, isEmpty }
}

async function send(name: string, count: number, text = 'hello') {
  const sent = Array.from({ length: count }, () =>
    server.services.delivery.accept(alice, {
      id: randomUUID(),
      timestamp: 1,
      to: [{ username: name, message_text: text }],
    }),
  )
  await Promise.all(sent)
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

test('what came without a word is found when the feed looks, and nothing is handed over twice', async () => {
  const { name, feed, until, seqs, isEmpty } = await newFeed()
  feed.start()
  await until(isEmpty)
  await send(name, 2)
  expect(seqs()).toEqual([])
  feed.look()
  await until(() => seqs().length === 2)
  feed.look()
  await send(name, 1)
  feed.look()
  await until(() => seqs().length === 3)
  expect(seqs()).toEqual([1, 2, 3])
})

test('an acknowledgement of more than there is does not make the next ones go unheard', async () => {
  const { name, mailbox, feed, until, seqs, isEmpty } = await newFeed()
  const { store } = server.services
  feed.start()
  await until(isEmpty)
  feed.acknowledge(Number.MAX_SAFE_INTEGER)
  await store.probe()
  await send(name, 2)
  feed.wake(2)
  await until(() => seqs().length === 2)
  feed.acknowledge(2)
  await store.probe()
  expect(await store.read(mailbox, 0, { count: 10, bytes: 1_000 })).toEqual([])
  feed.close()
})
const tail = () => tailOf({ id: randomUUID(), sendername: 'alice', message_text: 'hello', timestamp: 1 })

describe('a feed', () => {
  test('hands over what waits, in order, and says once that it is empty', async () => {
    const bob = await newFeed()
    await send(bob.name, 150)
    bob.feed.start()
    await bob.until(bob.isEmpty)
    expect(bob.seqs()).toEqual(upTo(150))
    expect(bob.frames.filter(({ type }) => type === 'empty')).toHaveLength(1)
    expect(bob.frames.at(-1)?.type).toBe('empty')
  })

  test('has at most 256 under way and goes on when half is acknowledged', async () => {
    const bob = await newFeed()
    await send(bob.name, 600)
    bob.feed.start()
    await bob.until(() => bob.seqs().length === LIMITS.inFlightPerDevice)
    bob.feed.wake(600)
    bob.feed.acknowledge(10)
    await server.services.store.probe()
    expect(bob.seqs()).toHaveLength(LIMITS.inFlightPerDevice)
    bob.feed.acknowledge(128)
    await bob.until(() => bob.seqs().length === 384)
    bob.feed.acknowledge(384)
    await bob.until(() => bob.seqs().length === 600)
    expect(bob.seqs()).toEqual(upTo(600))
  })

  test('takes what comes next directly, without reading it back', async () => {
    const bob = await newFeed()
    bob.feed.start()
    await bob.until(bob.isEmpty)
    const before = bob.state.reads
    bob.feed.offer(1, tail)
    bob.feed.offer(2, tail)
    bob.feed.wake(2)
    expect(bob.seqs()).toEqual([1, 2])
    expect(bob.state.reads).toBe(before)
  })

  test('reads instead when something lies in between, and never hands anything twice', async () => {
    const bob = await newFeed()
    bob.feed.start()
    await bob.until(bob.isEmpty)
    await send(bob.name, 3)
    bob.feed.offer(3, tail)
    bob.feed.offer(1, tail)
    await bob.until(() => bob.seqs().length === 3)
    bob.feed.wake(3)
    bob.feed.offer(2, tail)
    await server.services.store.probe()
    expect(bob.seqs()).toEqual([1, 2, 3])
  })

  test('misses nothing that comes while it reads', async () => {
    const bob = await newFeed()
    bob.feed.start()
    const sending = send(bob.name, 50)
    for (let seq = 1; seq <= 50; seq += 1) bob.feed.wake(seq)
    await sending
    bob.feed.wake(50)
    await bob.until(() => bob.seqs().length === 50)
    expect(bob.seqs()).toEqual(upTo(50))
  })

  test('waits for a peer that takes nothing', async () => {
    const bob = await newFeed()
    bob.feed.start()
    await bob.until(bob.isEmpty)
    bob.state.buffered = LIMITS.socketBufferBytes
    await send(bob.name, 5)
    bob.feed.wake(5)
    expect(bob.seqs()).toEqual([])
    bob.state.buffered = 0
    bob.feed.retry()
    await bob.until(() => bob.seqs().length === 5)
    expect(bob.seqs()).toEqual(upTo(5))
  })

  test('a new line gets again what was not acknowledged, and nothing else', async () => {
    const bob = await newFeed()
    await send(bob.name, 10)
    bob.feed.start()
    await bob.until(bob.isEmpty)
    bob.feed.acknowledge(4)
    bob.feed.close()
    await server.services.store.probe()
    const again = await newFeed(bob.mailbox)
    again.feed.start()
    await again.until(again.isEmpty)
    expect(again.seqs()).toEqual([5, 6, 7, 8, 9, 10])
  })
})

test('what ended early leaves a gap that holds nothing up: not what waits, not what is offered, not the word that nothing waits', async () => {
  const { store } = server.services
  const { name, mailbox, feed, state, until, seqs, isEmpty } = await newFeed()
  const short = (count: number) =>
    Promise.all(
      Array.from({ length: count }, () =>
        server.services.delivery.accept(alice, {
          id: randomUUID(),
          timestamp: 1,
          to: [{ username: name, message_text: 'short' }],
          expires_in: 60,
        }),
      ),
    )
  const later = Date.now() + 61_000
  await send(name, 1)
  await short(150)
  await send(name, 1)
  while (await store.dropEnded(later, 100)) {
    // Until there is no more.
  }
  feed.start()
  await until(isEmpty)
  expect(seqs()).toEqual([1, 152])
  // It waits with the next one while the peer reads nothing, and that one ends meanwhile.
  state.buffered = LIMITS.socketBufferBytes
  const detach = server.services.delivery.attach(mailbox, feed)
  await short(1)
  await store.dropEnded(later, 100)
  await send(name, 1)
  state.buffered = 0
  feed.retry()
  await until(() => seqs().length === 3)
  expect(seqs()).toEqual([1, 152, 154])
  detach()
  feed.close()
})
