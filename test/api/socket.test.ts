import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { connect, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { CLOSE, LIMITS } from '@chatnip/protocol'
import { manualClock, startTestServer } from '@chatnip/server/testing'
import type { TestDevice, TestServer } from '@chatnip/server/testing'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { call, exchange } from './kit/exchange.ts'
import { openLine } from './kit/line.ts'
import type { Line } from './kit/line.ts'
import { makePerson, messageTo, must, newName } from './kit/people.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const open: Line[] = []
const dial = async (session: string, address: string = server.address): Promise<Line> => {
  const line = await openLine(address, session)
  open.push(line)
  return line
}
afterEach(() => {
  for (const { ws } of open.splice(0)) ws.terminate()
})

const device = (stem: string, on: TestServer = server): Promise<TestDevice> => on.newDevice(newName(stem))
const sendFrame = (to: string | readonly string[], text: string, id: string = randomUUID()) => ({
  type: 'send',
  id,
  timestamp: 1_795_000_000,
  to: [to].flat().map((username) => ({ username, message_text: text })),
})
const isAlive = async () =>
  expect((await exchange(server.address, { method: 'GET', path: '/healthz' })).text).toBe('OK')
/** Everything that was sent to us before the server read our ping has arrived. */
async function settled(line: Line): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    line.say({ type: 'ping' })
    expect(await line.next()).toEqual({ type: 'pong' })
  }
}

describe('messages', () => {
  test('are sent, handed over, acknowledged, and then forgotten', async () => {
    const [alice, bob] = [await device('alice'), await device('bob')]
    const [fromAlice, toBob] = [await dial(alice.session), await dial(bob.session)]
    expect([await fromAlice.next(), await toBob.next()]).toEqual([{ type: 'empty' }, { type: 'empty' }])
    const frame = sendFrame(bob.username, 'Hello, Bob! 🐱 \u0000\u202e')
    fromAlice.say(frame)
    expect(await fromAlice.next()).toEqual({ type: 'sent', id: frame.id, after: 0 })
    const { to: _to, ...same } = frame
    const message = {
      ...same,
      type: 'message',
      seq: 1,
      sendername: alice.username,
      message_text: 'Hello, Bob! 🐱 \u0000\u202e',
    }
    expect(await toBob.next()).toEqual(message)
    // Not acknowledged: it comes again.
    toBob.ws.close()
    const again = await dial(bob.session)
    expect(await again.take(2)).toEqual([message, { type: 'empty' }])
    again.say({ type: 'ack', upto: 1 })
    await settled(again)
    again.ws.close()
    await again.closed
    expect(await (await dial(bob.session)).next()).toEqual({ type: 'empty' })
  })

  test('to several accounts and the own other device take one place in each mailbox', async () => {
    const [alice, bob, carol] = [await device('alice'), await device('bob'), await device('carol')]
    const phone = await server.newDevice(alice.username, { existing: true })
    const lines = await Promise.all([alice, phone, bob, carol].map(({ session }) => dial(session)))
    for (const line of lines) expect(await line.next()).toEqual({ type: 'empty' })
    const [fromAlice, ...others] = lines
    fromAlice?.say(sendFrame([bob.username, carol.username, alice.username], 'to all'))
    expect(await fromAlice?.next()).toMatchObject({ type: 'sent' })
    for (const line of others)
      expect(await line.next()).toMatchObject({ type: 'message', seq: 1, message_text: 'to all' })
  })

  test('sent again with the same id are one; with other content they are refused for good', async () => {
    const [alice, bob] = [await device('alice'), await device('bob')]
    const line = await dial(alice.session)
    await line.next()
    const frame = sendFrame(bob.username, 'once')
    for (let time = 0; time < 3; time += 1) line.say(frame)
    const [first, ...rest] = await line.take(3)
    expect(first).toEqual({ type: 'sent', id: frame.id, after: 0 })
    expect(rest).toEqual([1, 2].map(() => ({ type: 'sent', id: frame.id, after: 0, duplicate: true })))
    line.say(sendFrame(bob.username, 'other', frame.id))
    const refused = await line.next()
    expect(refused).toMatchObject({ type: 'refused', id: frame.id, code: 'id_reused' })
    expect(refused).not.toHaveProperty('retry_after')
    const toBob = await dial(bob.session)
    expect(await toBob.take(2)).toMatchObject([{ message_text: 'once' }, { type: 'empty' }])
  })

  test.each([
    ['an unknown name', 'no_such_user', () => sendFrame('nobody-of-that-name', 'x')],
    ['a text that is too long', 'too_large', () => sendFrame('bob', 'x'.repeat(LIMITS.messageTextBytes + 1))],
    ['a text of too many bytes', 'too_large', () => sendFrame('bob', '🐱'.repeat(LIMITS.messageTextBytes / 4 + 1))],
    ['a name that stands there twice', 'bad_request', () => sendFrame(['bob', 'BOB'], 'x')],
    [
      'somebody for whom there is no text',
      'bad_request',
      () => ({ ...sendFrame('bob', 'x'), to: [{ username: 'bob' }] }),
    ],
    ['half a character', 'bad_request', () => sendFrame('bob', '\ud800')],
  ])('to %s are refused, and the line goes on', async (_what, code, frame) => {
    const line = await dial((await device('alice')).session)
    await line.next()
    line.say(frame())
    const refused = await line.next()
    expect(refused).toMatchObject({ type: 'refused', code, message: expect.stringMatching(/\.$/) })
    expect(refused).not.toHaveProperty('retry_after')
    await settled(line)
  })

  test('two thousand at once are answered one by one, in order', async () => {
    const [alice, bob] = [await device('alice'), await device('bob')]
    const line = await dial(alice.session)
    await line.next()
    const frames = Array.from({ length: 2_000 }, (_, i) => sendFrame(bob.username, `number ${i}`))
    for (const frame of frames) line.say(frame)
    const answers = await line.take(2_000)
    expect(answers.map(({ id }) => id)).toEqual(frames.map(({ id }) => id))
    expect(answers.every(({ type }) => type === 'sent')).toBe(true)
  })

  test('wait when 256 are on their way, and go on as they are acknowledged', async () => {
    const [alice, bob] = [await device('alice'), await device('bob')]
    const from = await dial(alice.session)
    await from.next()
    for (let i = 0; i < 400; i += 1) from.say(sendFrame(bob.username, `number ${i}`))
    await from.take(400)
    const to = await dial(bob.session)
    const first = await to.take(LIMITS.inFlightPerDevice)
    await settled(to)
    expect(to.waiting()).toBe(0)
    to.say({ type: 'ack', upto: 200 })
    const rest = await to.take(400 - LIMITS.inFlightPerDevice + 1)
    expect(rest.pop()).toEqual({ type: 'empty' })
    expect([...first, ...rest].map(({ seq }) => seq)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1))
    expect([...first, ...rest].map(({ message_text }) => message_text)).toEqual(
      Array.from({ length: 400 }, (_, i) => `number ${i}`),
    )
  })

  test('come to the socket from the bare API as well, and back', async () => {
    const [alice, bob] = [await makePerson(server.address, 'alice'), await device('bob')]
    const to = await dial(bob.session)
    await to.next()
    must(await call(server.address, 'upload_message', messageTo(bob.username, 'by HTTP'), alice))
    expect(await to.next()).toMatchObject({ sendername: alice.name, message_text: 'by HTTP' })
    to.say(sendFrame(alice.name, 'by socket'))
    expect(await to.next()).toMatchObject({ type: 'sent' })
    const answer = must(await call(server.address, 'download_messages', {}, alice))
    expect(JSON.parse(answer.text)).toMatchObject([{ sendername: bob.username, message_text: 'by socket' }])
  })

  test('an acknowledgement of what never came deletes nothing that comes later', async () => {
    const [alice, bob] = [await device('alice'), await device('bob')]
    const to = await dial(bob.session)
    await to.next()
    to.say({ type: 'ack', upto: 1_000_000 })
    await settled(to)
    const from = await dial(alice.session)
    await from.next()
    from.say(sendFrame(bob.username, 'later'))
    await from.next()
    to.ws.terminate()
    expect(await (await dial(bob.session)).take(2)).toMatchObject([
      { type: 'message', message_text: 'later' },
      { type: 'empty' },
    ])
  })
})

describe('connections', () => {
  test('a newer one of the same device closes the older, and gets what that had not acknowledged', async () => {
    const [alice, bob] = [await device('alice'), await device('bob')]
    const [from, older] = [await dial(alice.session), await dial(bob.session)]
    await Promise.all([from.next(), older.next()])
    from.say(sendFrame(bob.username, 'hello'))
    await older.next()
    const newer = await dial(bob.session)
    expect(await older.closed).toEqual(CLOSE.replaced)
    expect(await newer.take(2)).toMatchObject([{ message_text: 'hello' }, { type: 'empty' }])
  })

  const ends: Readonly<Record<string, (who: TestDevice) => Promise<unknown>>> = {
    revoke_device: async ({ session, deviceId }) =>
      call(server.address, 'revoke_device', { device_id: deviceId }, { session }),
    end_session: async ({ session }) => call(server.address, 'end_session', {}, { session }),
    delete_user: async ({ session }) =>
      call(server.address, 'delete_user', { password: 'a password for tests' }, { session }),
    'reset_password elsewhere': async ({ username }) => {
      const other = await server.newDevice(username, { existing: true })
      const passwords = { old_password: 'a password for tests', new_password: 'another' }
      return call(server.address, 'reset_password', passwords, { session: other.session })
    },
    'switching the account off': async ({ username }) => {
      const account = await server.services.store.findAccount(username)
      if (account === null) throw new Error('gone')
      await server.services.store.changeAccount(account.account, { disabled: true })
      server.services.bus.tell({ kind: 'sessions changed', account: account.account })
    },
  }
  test.each(Object.entries(ends))('%s closes the line within a second', async (_what, end) => {
    const bob = await device('bob')
    const line = await dial(bob.session)
    await line.next()
    const begun = performance.now()
    await end(bob)
    expect(await line.closed).toEqual(CLOSE.session_over)
    expect(performance.now() - begun).toBeLessThan(1_000)
  })

  test('a server that stops says so, and has everything that it accepted', async () => {
    const data = await mkdtemp(join(tmpdir(), 'chatnip-test-'))
    const before = await startTestServer({ data })
    const [alice, bob] = [await device('alice', before), await device('bob', before)]
    const line = await dial(alice.session, before.address)
    await line.next()
    for (let i = 0; i < 500; i += 1) line.say(sendFrame(bob.username, `number ${i}`))
    await line.take(100)
    await before.stop()
    expect(await line.closed).toEqual(CLOSE.restarting)
    const accepted = 100 + line.waiting()
    const after = await startTestServer({ data })
    try {
      const { text } = must(await call(after.address, 'download_messages', {}, bob))
      const mail: { message_text: string }[] = JSON.parse(text)
      expect(mail.length).toBeGreaterThanOrEqual(accepted)
      expect(mail.map(({ message_text }) => message_text)).toEqual(mail.map((_, i) => `number ${i}`))
    } finally {
      await after.stop()
      await rm(data, { recursive: true, force: true })
    }
  })
})

describe('time', () => {
  test('a ping goes out every 15 seconds; who does not answer for three rounds is gone', async () => {
    const clock = manualClock()
    const timed = await startTestServer({ clock })
    try {
      const [awake, asleep] = [await device('awake', timed), await device('asleep', timed)]
      const answering = await dial(awake.session, timed.address)
      const silent = await openLine(timed.address, asleep.session, { autoPong: false })
      await Promise.all([answering.next(), silent.next()])
      for (let round = 0; round < 3; round += 1) {
        const pinged = Promise.all([once(answering.ws, 'ping'), round < 2 ? once(silent.ws, 'ping') : silent.closed])
        clock.advance(LIMITS.pingSeconds * 1_000)
        await pinged
        // The server has read the pong, which came before this.
        await settled(answering)
      }
      expect((await silent.closed).code).toBe(1006)
    } finally {
      await timed.stop()
    }
  })

  test('a flood of frames is cut off', async () => {
    const limited = await startTestServer({ rateLimits: true, clock: manualClock() })
    try {
      const line = await dial((await device('mallory', limited)).session, limited.address)
      for (let i = 0; i < 6_000; i += 1) line.say('{"type":"ping"}')
      expect(await line.closed).toEqual(CLOSE.too_many)
    } finally {
      await limited.stop()
    }
  })
})

describe('frames that are none', () => {
  const id = randomUUID()
  const bad: readonly (string | Buffer)[] = [
    '', ' ', 'hello', '{', 'null', '[]', '1', '"ack"', '{}', '{"type":null}', '{"type":"hack"}', '{"type":["ack"],"upto":1}',
    '{"type":"ack"}', '{"type":"ack","upto":-1}', '{"type":"ack","upto":1.5}', '{"type":"ack","upto":"1"}', '{"type":"ack","upto":1e400}',
    '{"type":"ack","upto":9007199254740992}', '{"type":"ack","upto":1,"extra":1}', '{"type":"ack","upto":1,"__proto__":{}}',
    '{"type":"ping","x":1}', '{"type":"pong"}', '{"type":"send"}', `{"type":"send","id":"${id}","timestamp":1,"to":[]}`,
    `{"type":"send","id":"${id}","timestamp":1,"to":{}}`, `{"type":"send","id":"${id.toUpperCase()}","timestamp":1,"to":[{"username":"bob","message_text":"x"}]}`,
    `{"type":"send","id":"${id}","timestamp":-1,"to":[{"username":"bob","message_text":"x"}]}`,
    `{"type":"send","id":"${id}","timestamp":1,"to":[{"username":"../x","message_text":"x"}]}`,
    `{"type":"send","id":"${id}","timestamp":1,"to":[{"username":"bob","message_text":null}]}`,
    `{"type":"send","id":"${id}","timestamp":1,"to":[{"message_text":"x"}]}`,
    JSON.stringify(sendFrame(Array.from({ length: LIMITS.addresseesPerMessage + 1 }, (_, i) => `user${i}`), 'x')),
    `${'['.repeat(10_000)}${']'.repeat(10_000)}`, `{"type":"send","to":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
    Buffer.from('{"type":"ping"}'), Buffer.from([0xff, 0x00]),
  ] // prettier-ignore

  test('close the line with 4000, whatever they are; the server lives', async () => {
    const { session } = await device('mallory')
    for (const frame of bad) {
      const line = await dial(session)
      line.ws.send(frame)
      expect([String(frame).slice(0, 100), (await line.closed).code]).toEqual([
        String(frame).slice(0, 100),
        CLOSE.bad_frame.code,
      ])
    }
    await isAlive()
  })

  test('noise never does more than that', { timeout: 60_000 }, async () => {
    const { session } = await device('mallory')
    const noise = fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.uint8Array({ minLength: 1 }), fc.record({ type: fc.constantFrom('send', 'ack', 'ping'), upto: fc.anything(), id: fc.string(), to: fc.anything() }, { requiredKeys: ['type'] }).map((value) => JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one)))) // prettier-ignore
    await fc.assert(
      fc.asyncProperty(noise, async (frame) => {
        const line = await dial(session)
        line.ws.send(frame)
        line.ws.close(1000)
        expect([1000, CLOSE.bad_frame.code]).toContain((await line.closed).code)
      }),
      { numRuns: 300 },
    )
    await isAlive()
  })

  test('a frame of n bytes is read, of n + 1 it closes the line', async () => {
    const { session } = await device('alice')
    const line = await dial(session)
    await line.next()
    const ping = '{"type":"ping"}'
    line.say(ping.padEnd(LIMITS.sendBytes))
    expect(await line.next()).toEqual({ type: 'pong' })
    line.say(ping.padEnd(LIMITS.sendBytes + 1))
    expect((await line.closed).code).toBe(1009)
    await isAlive()
  })

  /** Speaks WebSocket by hand, to break its own rules. */
  async function rawLine(session: string) {
    const { hostname, port } = new URL(server.address)
    const line = connect({ host: hostname, port: Number(port) })
    const parts: Buffer[] = []
    line.on('error', () => undefined)
    line.write(
      `GET /socket HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\nAuthorization: Bearer ${session}\r\n` +
        'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n',
    )
    const [head]: Buffer[] = await once(line, 'data')
    line.on('data', (part) => parts.push(part))
    const closed = once(line, 'close').then(() => Buffer.concat(parts))
    return { line, head: String(head), closed }
  }
  /** One frame with a mask of zeros. @param first FIN, RSV and opcode */
  function frame(first: number, payload: Buffer, masked = true): Buffer {
    const head = Buffer.alloc(10)
    head.writeUInt8(first, 0)
    head.writeUInt8((masked ? 0x80 : 0) | 127, 1)
    head.writeBigUInt64BE(BigInt(payload.length), 2)
    return Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload])
  }
  const bomb = deflateRawSync(Buffer.alloc(50 * 1024 * 1024, ' '))

  test.each([
    ['a compressed bomb', frame(0xc1, bomb), 1002],
    ['a frame without a mask', frame(0x81, Buffer.from('{"type":"ping"}'), false), 1002],
    ['a reserved opcode', frame(0x83, Buffer.from('x')), 1002],
    ['a continuation of nothing', frame(0x80, Buffer.from('x')), 1002],
    ['broken UTF-8', frame(0x81, Buffer.from([0xc3, 0x28])), 1007],
    [
      'a length beyond all bounds',
      Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
      1009,
    ],
    ['a long ping', frame(0x89, Buffer.alloc(126)), 1002],
  ])('%s is a protocol error and nothing more', async (_what, bytes, code) => {
    const { session } = await device('mallory')
    const { line, head, closed } = await rawLine(session)
    expect(head).toContain('101 Switching Protocols')
    expect(head.toLowerCase()).not.toContain('permessage-deflate')
    const before = process.memoryUsage().rss
    line.write(bytes)
    const received = await closed
    const codes = [1002, 1007, 1009].filter((one) => received.includes(Buffer.from([one >> 8, one & 0xff])))
    expect(codes).toContain(code)
    expect(process.memoryUsage().rss - before).toBeLessThan(40 * 1024 * 1024)
    await isAlive()
  })
})

describe('who does not read', () => {
  /** The server's ends of all connections, as Node announces them. */
  const ends: Socket[] = []
  const note = (message: unknown) => {
    if (typeof message === 'object' && message !== null && 'socket' in message && message.socket instanceof Socket)
      ends.push(message.socket)
  }
  beforeAll(() => subscribe('net.server.socket', note))
  afterAll(() => unsubscribe('net.server.socket', note))
  const mostBuffered = () => Math.max(...ends.map(({ writableLength }) => writableLength))

  // One byte of UTF-8 each, six in JSON: the worst that a text can do to a frame.
  const text = '\u0001'.repeat(60_000)
  const oneFrame = 6 * 60_000 + 500

  test('costs the server a bounded buffer a device, and gets everything later', async () => {
    const [alice, bob] = [await device('alice'), await device('bob')]
    const lines: Line[] = []
    for (let i = 0; i < 5; i += 1) {
      const { session } = i === 0 ? bob : await server.newDevice(bob.username, { existing: true })
      const line = await dial(session)
      await line.next()
      line.ws.pause()
      lines.push(line)
    }
    const from = await dial(alice.session)
    await from.next()
    let most = 0
    for (let i = 0; i < 120; i += 1) {
      from.say(sendFrame(bob.username, text))
      expect(await from.next()).toMatchObject({ type: 'sent' })
      most = Math.max(most, mostBuffered())
    }
    const inKiB = (bytes: number) => Math.round(bytes / 1024)
    console.log(`at most ${inKiB(most)} KiB waited for one device, of ${inKiB(120 * oneFrame)} KiB offered`)
    // Without this, nothing would have been held back and nothing shown.
    expect(most).toBeGreaterThan(LIMITS.socketBufferBytes / 2)
    expect(most).toBeLessThan(LIMITS.socketBufferBytes + 2 * oneFrame)
    for (const line of lines) {
      line.ws.resume()
      expect((await line.take(120)).map(({ seq }) => seq)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1))
    }
  })

  test('for 30 seconds is cut off, and nothing is lost', async () => {
    const clock = manualClock()
    const timed = await startTestServer({ clock })
    try {
      const [alice, bob] = [await device('alice', timed), await device('bob', timed)]
      const [from, stuck] = [await dial(alice.session, timed.address), await dial(bob.session, timed.address)]
      await Promise.all([from.next(), stuck.next()])
      stuck.ws.pause()
      for (let i = 0; i < 120; i += 1) from.say(sendFrame(bob.username, text))
      await from.take(120)
      clock.advance(1_000)
      clock.advance(LIMITS.stalledSeconds * 1_000)
      stuck.ws.resume()
      expect((await stuck.closed).code).toBe(CLOSE.stalled.code)
      const again = await dial(bob.session, timed.address)
      expect((await again.take(120)).map(({ seq }) => seq)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1))
    } finally {
      await timed.stop()
    }
  })

  test('but goes on sending is cut off before the answers fill the memory', async () => {
    const line = await dial((await device('mallory')).session)
    await line.next()
    line.ws.pause()
    const refused = JSON.stringify(sendFrame(['bob', 'BOB'], ''))
    const flood = setInterval(() => {
      for (let i = 0; i < 3_000; i += 1) line.say(refused)
    }, 1)
    await line.closed
    clearInterval(flood)
    expect(mostBuffered()).toBeLessThan(16 * LIMITS.socketBufferBytes)
    await isAlive()
  })
})
