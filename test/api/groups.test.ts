import { randomBytes, randomUUID } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'
import { CLOSE, LIMITS } from '@chatnip/protocol'
import { startTestServer } from '@chatnip/server/testing'
import type { TestDevice, TestServer } from '@chatnip/server/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { call, codeOf, exchange } from './kit/exchange.ts'
import { openLine } from './kit/line.ts'
import type { Line } from './kit/line.ts'
import { must, newName, parsed } from './kit/people.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const open: Line[] = []
afterEach(() => {
  for (const { ws } of open.splice(0)) ws.terminate()
})

const device = (stem: string): Promise<TestDevice> => server.newDevice(newName(stem))
/** A line that has said that nothing waits. */
async function dial({ session }: { readonly session: string }): Promise<Line> {
  const line = await openLine(server.address, session)
  open.push(line)
  expect(await line.next()).toEqual({ type: 'empty' })
  return line
}
const newGroup = () => randomBytes(16).toString('base64url')
const frame = (to: readonly (string | object)[], more: object = {}) => ({
  type: 'send',
  id: randomUUID(),
  timestamp: 1_795_000_000,
  to: to.map((one) => (typeof one === 'string' ? { username: one } : one)),
  ...more,
})
const welcome = (username: string, message_text: string) => ({ username, message_text })

describe('groups', () => {
  test('the first commit of an epoch wins; who was slower hears of the next one, on the socket and by HTTP', async () => {
    const [alice, bob] = [await device('alice'), await device('bob')]
    const [a, b] = [await dial(alice), await dial(bob)]
    const id = newGroup()
    const commit = (to: TestDevice, text: string, epoch = 0) =>
      frame([to.username], { text, group: { id, epoch, commit: true } })
    a.say(commit(bob, 'of alice'))
    expect(await a.next()).toMatchObject({ type: 'sent' })
    expect(await b.next()).toMatchObject({ type: 'message', message_text: 'of alice' })
    const late = commit(alice, 'of bob')
    b.say(late)
    const refused = await b.next()
    expect(refused).toMatchObject({ type: 'refused', id: late.id, code: 'epoch_passed', epoch: 1 })
    expect(refused).not.toHaveProperty('retry_after')
    // The same id again, for the epoch that won: nothing of the refused one is remembered.
    b.say({ ...late, group: { id, epoch: 1, commit: true } })
    expect(await b.next()).toMatchObject({ type: 'sent', id: late.id })
    expect(await a.next()).toMatchObject({ type: 'message', message_text: 'of bob' })
    const { type: _type, ...body } = frame([bob.username], { text: 'too late', group: { id, epoch: 1 } })
    const answer = await call(server.address, 'send_message', body, { session: alice.session })
    expect(answer.status).toBe(409)
    expect(parsed(answer)).toMatchObject({ error: { code: 'epoch_passed', epoch: 2 } })
    const asText = await exchange(server.address, {
      path: '/send_message',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${alice.session}` },
      body: JSON.stringify(body),
    })
    expect([asText.status, asText.text]).toEqual([409, expect.stringMatching(/^The group is in another epoch\./)])
    must(await call(server.address, 'send_message', { ...body, group: { id, epoch: 2 } }, { session: alice.session }))
    expect(await b.next()).toMatchObject({ message_text: 'too late' })
  })

  test('commits of many at once: one is sent, all others are refused, and everybody hears of the one alone', async () => {
    const people = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(device))
    const lines = await Promise.all(people.map(dial))
    const names = people.map(({ username }) => username)
    const group = { id: newGroup(), epoch: 41, commit: true }
    for (const [index, line] of lines.entries()) line.say(frame(names, { text: `by ${index}`, group }))
    // The winner hears `sent`; everybody else is refused and gets the winner's text, in whatever order.
    const heard = await Promise.all(lines.map((line) => line.next()))
    const sent = heard.flatMap(({ type }, index) => (type === 'sent' ? [index] : []))
    expect(sent).toHaveLength(1)
    for (const [index, line] of lines.entries()) {
      if (sent.includes(index)) continue
      const frames = [heard[index], await line.next()]
      expect(frames).toContainEqual(expect.objectContaining({ type: 'refused', code: 'epoch_passed', epoch: 42 }))
      expect(frames).toContainEqual(expect.objectContaining({ type: 'message', message_text: `by ${sent[0]}` }))
    }
  })

  test('what repeats is answered as it was, though the group has moved on', async () => {
    const [alice, bob] = [await device('alice'), await device('bob')]
    const a = await dial(alice)
    const id = newGroup()
    const first = frame([bob.username], { text: 'x', group: { id, epoch: 0, commit: true } })
    const second = { ...first, id: randomUUID(), group: { id, epoch: 1, commit: true } }
    for (const one of [first, second, first, second]) a.say(one)
    expect((await a.take(4)).map(({ type, duplicate = false }) => `${String(type)} ${String(duplicate)}`)).toEqual([
      'sent false',
      'sent false',
      'sent true',
      'sent true',
    ])
  })

  test.each([
    ['an id too short', { id: 'x'.repeat(21), epoch: 0 }],
    ['an id too long', { id: 'x'.repeat(23), epoch: 0 }],
    ['an id of other characters', { id: `${'x'.repeat(21)}=`, epoch: 0 }],
    ['no epoch', { id: 'x'.repeat(22) }],
    ['an epoch before the first', { id: 'x'.repeat(22), epoch: -1 }],
    ['half an epoch', { id: 'x'.repeat(22), epoch: 0.5 }],
    ['an epoch that has no next one', { id: 'x'.repeat(22), epoch: Number.MAX_SAFE_INTEGER }],
    ['a commit that is none', { id: 'x'.repeat(22), epoch: 0, commit: false }],
    ['a field more', { id: 'x'.repeat(22), epoch: 0, members: ['bob'] }],
    ['no group', null],
  ])('%s is no frame', async (_what, group) => {
    const alice = await device('mallory')
    const line = await dial(alice)
    line.say(frame([alice.username], { text: 'x', group }))
    expect((await line.closed).code).toBe(CLOSE.bad_frame.code)
  })

  test.each([0, 59, 30 * 86_400 + 1, -60, 60.5, '60', null])(
    'an end after %s seconds is no frame',
    async (expires_in) => {
      const alice = await device('mallory')
      const line = await dial(alice)
      line.say(frame([alice.username], { text: 'x', expires_in }))
      expect((await line.closed).code).toBe(CLOSE.bad_frame.code)
    },
  )
})

describe('one text for all', () => {
  test('reaches whoever is connected and whoever comes later alike, and welcomes go to those whom they are for', async () => {
    const [alice, bob, carol, dora] = await Promise.all(['alice', 'bob', 'carol', 'dora'].map(device))
    if (alice === undefined || bob === undefined || carol === undefined || dora === undefined) throw new Error('nobody')
    const phone = await server.newDevice(alice.username, { existing: true })
    const [a, p, b] = [await dial(alice), await dial(phone), await dial(bob)]
    const to = [alice.username, bob.username, carol.username, welcome(dora.username, 'a welcome')]
    a.say(frame(to, { text: 'a commit 🐱 "', group: { id: newGroup(), epoch: 0, commit: true } }))
    expect(await a.next()).toMatchObject({ type: 'sent' })
    for (const line of [p, b]) expect(await line.next()).toMatchObject({ seq: 1, message_text: 'a commit 🐱 "' })
    const late = await openLine(server.address, carol.session)
    open.push(late)
    expect(await late.take(2)).toMatchObject([{ seq: 1, message_text: 'a commit 🐱 "' }, { type: 'empty' }])
    const { text } = must(await call(server.address, 'download_messages', { after: 0 }, { session: dora.session }))
    expect(JSON.parse(text)).toMatchObject([{ seq: 1, message_text: 'a welcome' }])
  })
})

describe('large texts', () => {
  const GROUP = 'x'.repeat(22)
  const commit = () => ({ id: newGroup(), epoch: 0, commit: true })
  const most = 'w'.repeat(LIMITS.handshakeBytes)

  test.each([
    ['without a group', most, undefined],
    ['of an ordinary message of a group', most, { id: GROUP, epoch: 0 }],
    ['one byte beyond 64 KiB, ordinary', 'w'.repeat(LIMITS.messageTextBytes + 1), { id: GROUP, epoch: 0 }],
    ['one byte beyond a megabyte', `${most}w`, commit()],
    ['of other characters than printable ASCII', `${'w'.repeat(LIMITS.messageTextBytes)}é`, commit()],
    ['with a control character', `${'w'.repeat(LIMITS.messageTextBytes)}\u0001`, commit()],
    ['with half a character', `${'w'.repeat(LIMITS.messageTextBytes)}\ud800`, commit()],
  ])('%s are refused for all and for one, and the line goes on', async (_what, text, group) => {
    const alice = await device('mallory')
    const line = await dial(alice)
    const more = group === undefined ? {} : { group }
    for (const one of [frame([alice.username], { text, ...more }), frame([welcome(alice.username, text)], more)]) {
      line.say(one)
      expect(await line.next()).toMatchObject({ type: 'refused', id: one.id, code: 'too_large' })
      const { type: _type, ...body } = one
      const answer = await call(server.address, 'send_message', body, { session: alice.session })
      expect(['too_large', 'bad_request']).toContain(codeOf(answer))
    }
  })

  test('a commit and a welcome of a megabyte each are taken by socket and HTTP', async () => {
    const [alice, bob, carol] = [await device('alice'), await device('bob'), await device('carol')]
    const a = await dial(alice)
    const to = [bob.username, welcome(carol.username, most)]
    a.say(frame(to, { text: most, group: commit() }))
    expect(await a.next()).toMatchObject({ type: 'sent' })
    const { type: _type, ...body } = frame(to, { text: most, group: commit() })
    must(await call(server.address, 'send_message', body, { session: alice.session }))
    for (const who of [bob, carol]) {
      const line = await openLine(server.address, who.session)
      open.push(line)
      const [first, second] = await line.take(2)
      expect([first?.['message_text'] === most, second?.['message_text'] === most]).toEqual([true, true])
    }
  })

  test('beyond the frame nothing is read: the line closes, and the server lives', async () => {
    const alice = await device('mallory')
    const line = await dial(alice)
    line.say(frame([alice.username, welcome('bob', most)], { text: `${most}${'w'.repeat(300_000)}`, group: commit() }))
    expect((await line.closed).code).toBe(1009)
    await dial(alice)
  })

  test('a mailbox full of the worst of them is handed out page by page, in bounded memory, to whoever is slow', async () => {
    const ends: Socket[] = []
    const note = (message: unknown) => {
      if (typeof message === 'object' && message !== null && 'socket' in message && message.socket instanceof Socket)
        ends.push(message.socket)
    }
    const [alice, bob] = [await device('alice'), await device('bob')]
    const a = await dial(alice)
    subscribe('net.server.socket', note)
    const slow = await dial(bob)
    unsubscribe('net.server.socket', note)
    slow.ws.pause()
    // Two bytes in JSON each: the worst that a printable text can do.
    const text = '"'.repeat(LIMITS.handshakeBytes)
    const count = 12
    let waited = 0
    for (let number = 0; number < count; number += 1) {
      a.say(frame([bob.username], { text, group: commit() }))
      expect(await a.next()).toMatchObject({ type: 'sent' })
      waited = Math.max(waited, ...ends.map(({ writableLength }) => writableLength))
    }
    const oneFrame = 2 * LIMITS.handshakeBytes + 500
    expect(waited).toBeGreaterThan(LIMITS.socketBufferBytes / 2)
    expect(waited).toBeLessThan(LIMITS.socketBufferBytes + oneFrame)
    slow.ws.resume()
    const frames = await slow.take(count)
    expect(frames.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
    expect(frames.every(({ message_text }) => message_text === text)).toBe(true)
    slow.ws.terminate()
    await slow.closed
    const seen: number[] = []
    for (;;) {
      const answer = must(await call(server.address, 'download_messages', { after: seen.at(-1) ?? 0 }, bob))
      const page: { seq: number; message_text: string }[] = JSON.parse(answer.text)
      if (page.length === 0) break
      expect(page.reduce((sum, one) => sum + one.message_text.length, 0)).toBeLessThanOrEqual(LIMITS.pageBytes)
      seen.push(...page.map(({ seq }) => seq))
    }
    expect(seen).toEqual(frames.map(({ seq }) => seq))
  })
})
