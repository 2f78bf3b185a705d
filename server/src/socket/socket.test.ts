import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ChatnipError, CLOSE, LIMITS } from '@chatnip/protocol'
import { startTestServer } from '../testing.ts'
import type { TestServer } from '../testing.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

interface Frame {
  readonly type: string
  readonly [field: string]: unknown
}

/** A line with a memory: waits for a frame instead of for time. */
function connect(session: string, headers: Record<string, string> = { authorization: `Bearer ${session}` }) {
  const ws = new WebSocket(`${server.address.replace('http', 'ws')}/socket`, { headers })
  const frames: Frame[] = []
  let look = () => undefined as void
  ws.on('message', (data) => {
    frames.push(JSON.parse(Buffer.isBuffer(data) ? data.toString() : ''))
    look()
  })
  const closed = new Promise<number>((resolve) => ws.on('close', (code) => resolve(code)))
  const refused = new Promise<number>((resolve) =>
    ws.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0)
      ws.terminate()
    }),
  )
  ws.on('error', () => undefined)
  const until = (is: (frame: Frame) => boolean, count = 1) =>
    new Promise<Frame[]>((resolve) => {
      look = () => {
        const found = frames.filter(is)
        if (found.length >= count) resolve(found)
      }
      look()
    })
  const say = (frame: object) => ws.send(JSON.stringify(frame))
  const send = (username: string, message_text: string, id = randomUUID()) =>
    say({ type: 'send', id, timestamp: 1, to: [{ username, message_text }] })
  const ready = () => until(({ type }) => type === 'empty')
  return { ws, frames, until, say, send, ready, closed, refused }
}

const is = (type: string) => (frame: Frame) => frame.type === type

let number = 0
const newName = (name: string) => `${name}${(number += 1)}`

describe('the socket', () => {
  test('two people write to each other; what is acknowledged is gone', async () => {
    const [alice, bob] = [await server.newDevice(newName('alice')), await server.newDevice(newName('bob'))]
    const [a, b] = [connect(alice.session), connect(bob.session)]
    await Promise.all([a.ready(), b.ready()])
    const id = randomUUID()
    a.send(bob.username, 'hello €😀', id)
    const [got] = await b.until(is('message'))
    expect(got).toEqual({
      type: 'message',
      seq: 1,
      id,
      sendername: alice.username,
      message_text: 'hello €😀',
      timestamp: 1,
    })
    expect(await a.until(is('sent'))).toEqual([{ type: 'sent', id, after: 0 }])
    b.send(alice.username, 'and back')
    expect(await a.until(is('message'))).toMatchObject([{ sendername: bob.username }])
    b.say({ type: 'ack', upto: 1 })
    b.say({ type: 'ping' })
    await b.until(is('pong'))
    b.ws.close()
    await b.closed
    const again = connect(bob.session)
    await again.ready()
    expect(again.frames).toEqual([{ type: 'empty' }])
    for (const line of [a, again]) line.ws.close()
  })

  test('the same id again is a duplicate, another content under it is refused', async () => {
    const alice = await server.newDevice(newName('alice'))
    const bob = await server.newDevice(newName('bob'))
    const a = connect(alice.session)
    await a.ready()
    const id = randomUUID()
    a.send(bob.username, 'one', id)
    a.send(bob.username, 'one', id)
    a.send(bob.username, 'two', id)
    expect(await a.until(is('sent'), 2)).toEqual([
      { type: 'sent', id, after: 0 },
      { type: 'sent', id, after: 0, duplicate: true },
    ])
    const [refused] = await a.until(is('refused'))
    expect(refused).toMatchObject({ id, code: 'id_reused' })
    expect(refused).not.toHaveProperty('retry_after')
    a.ws.close()
  })

  test('unknown names and long texts are refused; the line stays open', async () => {
    const alice = await server.newDevice(newName('alice'))
    const a = connect(alice.session)
    await a.ready()
    a.send('nobody-here', 'hello')
    a.send(alice.username, 'x'.repeat(LIMITS.messageTextBytes + 1))
    a.send(alice.username, '€'.repeat(LIMITS.messageTextBytes / 2))
    const refused = await a.until(is('refused'), 3)
    expect(refused.map(({ code }) => String(code)).toSorted()).toEqual(['no_such_user', 'too_large', 'too_large'])
    a.ws.close()
  })

  test('what waited is handed over when the device comes back, 256 at most without an acknowledgement', async () => {
    const [alice, bob] = [await server.newDevice(newName('alice')), await server.newDevice(newName('bob'))]
    const a = connect(alice.session)
    await a.ready()
    for (let i = 0; i < 300; i += 1) a.send(bob.username, String(i))
    await a.until(is('sent'), 300)
    const b = connect(bob.session)
    await b.until(is('message'), LIMITS.inFlightPerDevice)
    b.say({ type: 'ping' })
    await b.until(is('pong'))
    expect(b.frames.filter(is('message'))).toHaveLength(LIMITS.inFlightPerDevice)
    b.say({ type: 'ack', upto: 200 })
    const all = await b.until(is('message'), 300)
    expect(all.map(({ message_text }) => message_text)).toEqual(Array.from({ length: 300 }, (_, i) => String(i)))
    await b.ready()
    for (const line of [a, b]) line.ws.close()
  })

  test('a newer line of the same device closes the older one', async () => {
    const alice = await server.newDevice(newName('alice'))
    const older = connect(alice.session)
    await older.ready()
    const newer = connect(alice.session)
    expect(await older.closed).toBe(CLOSE.replaced.code)
    await newer.ready()
    newer.ws.close()
  })

  test('closes at once when its session is revoked, its account switched off or deleted', async () => {
    for (const end of ['end_session', 'switch off', 'delete'] as const) {
      const alice = await server.newDevice(newName('alice'))
      const line = connect(alice.session)
      await line.ready()
      const { store, bus } = server.services
      const account = (await store.findAccount(alice.username))?.account ?? 0
      if (end === 'end_session') await server.post('end_session', {}, alice.session)
      else {
        await (end === 'delete' ? store.deleteAccount(account) : store.changeAccount(account, { disabled: true }))
        bus.tell({ kind: 'sessions changed', account })
      }
      expect(await line.closed).toBe(CLOSE.session_over.code)
    }
  })

  test('is not read further while many bytes of sends are unanswered', async () => {
    const [alice, bob] = [await server.newDevice(newName('alice')), await server.newDevice(newName('bob'))]
    const line = connect(alice.session)
    await line.ready()
    const { store } = server.services
    const whole = { ...store }
    const held = Promise.withResolvers<void>()
    let begun = 0
    store.append = async (message) => {
      begun += 1
      await held.promise
      return whole.append(message)
    }
    const to = Array.from({ length: 15 }, () => bob.username)
    const names = await Promise.all(to.map(async (name) => (await server.newDevice(newName(name))).username))
    const texts = names.map((username) => ({ username, message_text: 'x'.repeat(60_000) }))
    for (let i = 0; i < 30; i += 1) line.say({ type: 'send', id: randomUUID(), timestamp: 1, to: texts })
    await expect.poll(() => begun).toBeGreaterThanOrEqual(10)
    // Another line is served meanwhile, and after that this one has had its chance to be read further.
    const other = connect(bob.session)
    await other.ready()
    other.say({ type: 'ping' })
    await other.until(is('pong'))
    expect(begun).toBeLessThanOrEqual(12)
    Object.assign(store, whole)
    held.resolve()
    expect(await line.until(is('sent'), 30)).toHaveLength(30)
    line.ws.close()
    other.ws.close()
  })

  test('closes soon after its session is revoked, though the store could not be asked just then', async () => {
    const alice = await server.newDevice(newName('alice'))
    const line = connect(alice.session)
    await line.ready()
    const { store } = server.services
    const whole = { ...store }
    store.findSession = () => {
      Object.assign(store, whole)
      return Promise.reject(new ChatnipError('unavailable'))
    }
    const account = (await store.findAccount(alice.username))?.account ?? 0
    await store.changeAccount(account, { endSessions: 'all' })
    server.services.bus.tell({ kind: 'sessions changed', account })
    expect(await line.closed).toBe(CLOSE.session_over.code)
  }, 4_000)

  test.each([
    'not JSON',
    '{}',
    '{"type":"ack","upto":-1}',
    '{"type":"ack","upto":1,"more":1}',
    '[]',
    'null',
    '{"type":"send"}',
  ])('the frame %s closes the line', async (frame) => {
    const line = connect((await server.newDevice(newName('alice'))).session)
    await line.ready()
    line.ws.send(frame)
    expect(await line.closed).toBe(CLOSE.bad_frame.code)
  })

  test('binary frames and frames beyond the limit close the line', async () => {
    const one = connect((await server.newDevice(newName('alice'))).session)
    await one.ready()
    one.ws.send(Buffer.from('{"type":"ping"}'), { binary: true })
    expect(await one.closed).toBe(CLOSE.bad_frame.code)
    const two = connect((await server.newDevice(newName('alice'))).session)
    await two.ready()
    two.ws.send('x'.repeat(LIMITS.sendBytes + 1))
    expect(await two.closed).toBe(1009)
  })

  test('is for devices only, and never for another site', async () => {
    const alice = await server.newDevice(newName('alice'))
    const cookie = `session_id=${alice.session}`
    const plain = await server.post('authenticate', { username: alice.username, password: 'a password for tests' })
    const { session_id } = JSON.parse(await plain.text())
    expect(await connect('', { authorization: `Bearer ${session_id}` }).refused).toBe(403)
    expect(await connect('', {}).refused).toBe(401)
    expect(await connect('', { authorization: `Bearer ${'x'.repeat(32)}` }).refused).toBe(401)
    expect(await connect('', { cookie }).refused).toBe(403)
    expect(await connect('', { cookie, origin: 'https://evil.example' }).refused).toBe(403)
    expect(await connect('', { authorization: `Bearer ${alice.session}`, origin: 'null' }).refused).toBe(403)
    const own = connect('', { cookie, origin: server.address })
    await own.ready()
    own.ws.close()
  })
})

test('a server that stops tells its lines to come back and loses nothing that it accepted', async () => {
  const data = await mkdtemp(join(tmpdir(), 'chatnip-drain-'))
  const [before, stopping] = [server, await startTestServer({ data })]
  const [alice, bob] = [await stopping.newDevice('alice'), await stopping.newDevice('bob')]
  server = stopping
  const a = connect(alice.session)
  await a.ready()
  for (let i = 0; i < 200; i += 1) a.send('bob', String(i))
  await a.until(is('sent'), 50)
  const started = performance.now()
  await stopping.stop()
  expect(performance.now() - started).toBeLessThan(5_000)
  expect(await a.closed).toBe(CLOSE.restarting.code)
  await expect(fetch(`${stopping.address}/healthz`)).rejects.toThrow('fetch failed')

  const accepted = a.frames.filter(is('sent')).map(({ id }) => id)
  const restarted = await startTestServer({ data })
  server = restarted
  const b = connect(bob.session)
  await b.ready()
  const arrived = new Set(b.frames.filter(is('message')).map(({ id }) => id))
  expect(accepted.length).toBeGreaterThanOrEqual(50)
  expect(accepted.filter((id) => !arrived.has(id))).toEqual([])
  await restarted.stop()
  server = before
  await rm(data, { recursive: true })
})
