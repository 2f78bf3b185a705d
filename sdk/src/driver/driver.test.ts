import { fingerprint, makeIdentity } from '@chatnip/crypto'
import { ChatnipError } from '@chatnip/protocol'
import type { ClientFrame } from '@chatnip/protocol'
import { expect, test, vi } from 'vitest'
import { createMessenger } from '../create.ts'
import { makeDeviceSecrets, packKeys } from '../device-keys.ts'
import { messageText } from '../engine/group-text.ts'
import { MemoryKeys, MemoryRows } from '../memory.ts'
import { NetworkError } from '../ports.ts'
import type { Clock, Key, Randomness, Row, Transport } from '../ports.ts'
import { cipherOf } from './cipher.ts'
import { startEngine } from './messenger.ts'
import { DamagedRow, Vault } from './vault.ts'

const identity = await makeIdentity()

/** No network at all. */
const offline: Transport = {
  cookies: false,
  setSession: () => {},
  call: () => Promise.reject(new NetworkError()),
  uploadAvatar: () => Promise.reject(new NetworkError()),
  connect: (handlers) => {
    queueMicrotask(() => handlers.closed(null))
    return { send: () => {}, close: () => {} }
  },
}

const random: Randomness = {
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  uuid: () => crypto.randomUUID(),
  number: () => 0.5,
}

/** A server that hands out one message on every line that opens. */
const handingOut = (count: () => void): Transport => ({
  ...offline,
  connect: (handlers) => {
    count()
    queueMicrotask(() => {
      handlers.opened()
      const id = '6f1c1b9e-4c0c-4b7e-9d0a-2f7c4a3f8e11'
      handlers.frame({ type: 'message', seq: 1, id, sendername: 'bob', message_text: 'x', timestamp: 1 })
    })
    return { send: () => {}, close: () => {} }
  },
})

/** Time stands still until a test rings the timers. */
class StillClock implements Clock {
  readonly timers: Set<() => void> = new Set()

  now(): number {
    return 1_700_000_000_000
  }

  timer(_ms: number, run: () => void): () => void {
    this.timers.add(run)
    return () => void this.timers.delete(run)
  }

  ring(): void {
    const due = [...this.timers]
    this.timers.clear()
    for (const run of due) run()
  }
}

async function deviceWith(rows: MemoryRows) {
  const stored = new MemoryKeys()
  const keys = {
    ...(await makeDeviceSecrets()),
    identity,
    earlier: [],
    username: 'alice',
    deviceId: 'd',
    session: null,
  }
  await stored.save(await packKeys(keys))
  const clock = new StillClock()
  const start = (from: MemoryRows = rows, transport: Transport = offline) =>
    createMessenger({ transport, stores: { rows: from, keys: stored }, clock, random })
  return { clock, keys, start }
}

const textsOf = async (messenger: Awaited<ReturnType<typeof createMessenger>>) =>
  (await messenger.messages('bob')).flatMap((line) => ('id' in line ? [line.text] : []))

test('without keys there is no messenger', async () => {
  const stores = { rows: new MemoryRows(), keys: new MemoryKeys() }
  const ports = { transport: offline, stores, clock: new StillClock(), random }
  await expect(createMessenger(ports)).rejects.toMatchObject({ code: 'not_signed_in' })
})

test('a message takes the place of its draft in one commit: after a crash the words are in one place only', async () => {
  const rows = new MemoryRows()
  const { start } = await deviceWith(rows)
  const messenger = await start()
  await messenger.saveDraft('bob', 'famous last words')
  await messenger.send('bob', 'famous last words')
  const after = await start(new MemoryRows({ rows: rows.durable() }))
  expect(await textsOf(after)).toEqual(['famous last words'])
  expect(await after.draft('bob')).toBe('')
})

test('what send has promised is there after a power cut, in order; drafts too', async () => {
  const rows = new MemoryRows()
  const { start } = await deviceWith(rows)
  const messenger = await start()
  await Promise.all(['one', 'two', 'three'].map((text) => messenger.send('bob', text)))
  await messenger.saveDraft('bob', 'half a')
  const after = await start(new MemoryRows({ rows: rows.durable() }))
  expect(await textsOf(after)).toEqual(['one', 'two', 'three'])
  expect(after.waiting()).toBe(3)
  expect(await after.draft('bob')).toBe('half a')
  expect(after.connection()).not.toBe('online')
})

/** Rows of which the first look-up of an id takes until the second has been answered, or until nothing else is asked. */
class SlowFirstLookUp extends MemoryRows {
  readonly #second = Promise.withResolvers<void>()
  #count = 0

  override async get(table: string, key: Key): Promise<Uint8Array | null> {
    if (table !== 'ids') return super.get(table, key)
    this.#count += 1
    if (this.#count === 1) await Promise.race([this.#second.promise, new Promise((resolve) => setImmediate(resolve))])
    if (this.#count > 1) setImmediate(() => this.#second.resolve())
    return super.get(table, key)
  }
}

// Found by 200 kills of the server on a busy machine: of 995,171 messages two stood the wrong way round.
test('who says two things in a row, under ids of their own, is heard in that order however long the look-ups take', async () => {
  const { start } = await deviceWith(new SlowFirstLookUp())
  const messenger = await start()
  const say = (text: string) => messenger.send('bob', text, { id: crypto.randomUUID() })
  await Promise.all([say('first'), say('second')])
  expect(await textsOf(messenger)).toEqual(['first', 'second'])
})

test('nothing is shown or promised before it is on disk', async () => {
  const flushing = Promise.withResolvers<() => void>()
  const flush = () => new Promise<void>((resolve) => flushing.resolve(resolve))
  const { start } = await deviceWith(new MemoryRows({ flush }))
  const messenger = await start()
  let isPromised = false
  const sent = messenger.send('bob', 'one').then(() => (isPromised = true))
  const release = await flushing.promise
  expect([isPromised, messenger.waiting(), messenger.conversations()]).toEqual([false, 0, []])
  release()
  await sent
  expect(messenger.waiting()).toBe(1)
})

test('a full disk refuses the message, keeps what is there, and goes on when there is room', async () => {
  let isFull = false
  const flush = () => (isFull ? Promise.reject(new ChatnipError('disk_full')) : Promise.resolve())
  const { start, clock } = await deviceWith(new MemoryRows({ flush }))
  const messenger = await start()
  await messenger.send('bob', 'before')
  isFull = true
  await expect(messenger.send('bob', 'too much')).rejects.toMatchObject({ code: 'disk_full' })
  isFull = false
  const reloaded = new Promise<void>((resolve) => {
    messenger.onChange(({ kind }) => kind === 'conversations' && resolve())
  })
  await reloaded
  clock.ring()
  await messenger.send('bob', 'after')
  expect(await textsOf(messenger)).toEqual(['before', 'after'])
})

test('failed and waiting messages can be taken away; a text that no envelope holds is refused at once', async () => {
  const { start } = await deviceWith(new MemoryRows())
  const messenger = await start()
  const id = await messenger.send('bob', 'never mind')
  await messenger.discard('bob', id)
  expect(await textsOf(messenger)).toEqual([])
  await expect(messenger.send('bob', 'x'.repeat(40_000))).rejects.toMatchObject({ code: 'too_large' })
})

test('deleted history is gone, and what waits is not', async () => {
  const { start } = await deviceWith(new MemoryRows())
  const messenger = await start()
  await messenger.send('bob', 'waits')
  await messenger.saveDraft('bob', 'half a')
  await messenger.deleteHistory()
  expect(await messenger.draft('bob')).toBe('')
  expect((await messenger.exportHistory()).map(({ text }) => text)).toEqual(['waits'])
})

test('rows that somebody changed or swapped are noticed', async () => {
  const rows = new MemoryRows()
  const { start } = await deviceWith(rows)
  await (await start()).send('bob', 'one')
  const swapped = rows.durable().map((row): Row => (row.table === 'peers' ? { ...row, key: [7] } : row))
  await expect(start(new MemoryRows({ rows: swapped }))).rejects.toThrow(DamagedRow)
})

/** Rows of which every look-up of an id finds bytes that nobody wrote. */
class DamagedIds extends MemoryRows {
  override get(table: string, key: Key): Promise<Uint8Array | null> {
    return table === 'ids' ? Promise.resolve(new Uint8Array(64)) : super.get(table, key)
  }
}

test('a row that cannot be read ends the line for good, says so, and leaves what can be read', async () => {
  const rows = new MemoryRows()
  const { start, clock } = await deviceWith(rows)
  await (await start()).send('bob', 'one')
  let lines = 0
  const transport = handingOut(() => (lines += 1))
  const messenger = await start(new DamagedIds({ rows: rows.durable() }), transport)
  await vi.waitFor(() => expect(messenger.connection()).toBe('damaged'))
  const before = lines
  clock.ring()
  messenger.nudge()
  clock.ring()
  expect(lines).toBe(before)
  expect(messenger.connection()).toBe('damaged')
  expect(await textsOf(messenger)).toEqual(['one'])
  expect((await messenger.exportHistory()).map(({ text }) => text)).toEqual(['one'])
  await messenger.stop()
})

test('what came in a group stays where it is while a part of the program does not come, and nothing is begun anew', async () => {
  const rows = new MemoryRows()
  const { keys } = await deviceWith(rows)
  const waits: (() => void)[] = []
  const clock: Clock = {
    now: () => 1_700_000_000_000,
    timer: (ms, run) => {
      if (ms === 10_000) waits.push(run)
      return () => undefined
    },
  }
  const ring = () => {
    for (const run of waits.splice(0)) run()
  }
  const presented = JSON.stringify({ username: 'alice', public_key: identity.publicKey })
  const acks: ClientFrame[] = []
  let lines = 0
  const transport: Transport = {
    ...offline,
    call: async (name) => (name === 'get_public_key' ? JSON.parse(presented) : Promise.reject(new NetworkError())),
    connect: (handlers) => {
      lines += 1
      queueMicrotask(() => {
        handlers.opened()
        const id = '6f1c1b9e-4c0c-4b7e-9d0a-2f7c4a3f8e11'
        const message_text = messageText('g'.repeat(22), { to: 'alice', chain: id, n: 1 }, 'w')
        handlers.frame({ type: 'message', seq: 1, id, sendername: 'alice', message_text, timestamp: 1 })
      })
      return { send: (frame) => void (frame.type === 'ack' && acks.push(frame)), close: () => {} }
    },
  }
  let tries = 0
  const groups = () => {
    tries += 1
    return tries < 9 ? Promise.reject(new TypeError('Failed to fetch a module.')) : Promise.resolve(null)
  }
  const cipher = { ...cipherOf(keys, true), groups }
  const { publicKey } = identity
  const own = await fingerprint(publicKey)
  const profile = { username: 'alice', deviceId: 'd', publicKey, fingerprint: own, earlier: [] }
  const messenger = await startEngine({ transport, vault: new Vault(rows, keys), profile, cipher, clock, random })
  await vi.waitFor(() => {
    if (tries < 8) ring()
    expect(tries).toBe(8)
  })
  expect([lines, acks]).toEqual([1, []])
  await vi.waitFor(() => {
    ring()
    expect(acks).toMatchObject([{ upto: 1 }])
  })
  expect(lines).toBe(1)
  await messenger.stop()
})

test('a storage that fails for a moment is no damage: the line comes back', async () => {
  const rows = new MemoryRows()
  const { start, clock } = await deviceWith(rows)
  let lines = 0
  const flaky = new MemoryRows({ rows: rows.durable() })
  const get = flaky.get.bind(flaky)
  flaky.get = (table, key) => (table === 'ids' ? Promise.reject(new ChatnipError('unavailable')) : get(table, key))
  const transport = handingOut(() => (lines += 1))
  const messenger = await start(flaky, transport)
  await vi.waitFor(() => {
    clock.ring()
    expect(lines).toBeGreaterThan(1)
  })
  expect(messenger.connection()).not.toBe('damaged')
  await messenger.stop()
})
