import { randomBytes, randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { hostileTexts } from '../../api/kit/variants.ts'
import type { Person } from '../../api/kit/people.ts'
import { mangle, noise } from './fuzz.ts'
import type { Random } from './random.ts'

const PATIENCE_MS = 10_000
/** How a line may end: by ourselves, by RFC 6455's own words about bad frames, or by ours. */
const RIGHT_ENDS = new Set([1000, 1002, 1003, 1005, 1006, 1007, 1009, 4000, 4002, 4003])

/** What conversations add to a message. Few groups and epochs, so that commits meet. */
function forAll(random: Random, people: readonly Person[], text: string): object {
  const names = new Set([random.pick(people).name, random.pick(people).name, random.pick(['nobody', '.-'])])
  const to = [...names].map((username) => (random.number() < 0.8 ? { username } : { username, message_text: 'own' }))
  const commit = random.number() < 0.4 ? { commit: true } : {}
  const group = { id: `group-number-${random.between(1, 3)}`.padEnd(22, '-'), epoch: random.between(0, 5), ...commit }
  return {
    to: to.slice(0, random.between(1, 3)),
    ...(random.number() < 0.9 ? { text } : {}),
    ...(random.number() < 0.8 ? { group } : {}),
    ...(random.number() < 0.3 ? { expires_in: random.pick([60, 3_600, 2_592_000]) } : {}),
  }
}

function frameOf(random: Random, people: readonly Person[]): string {
  const id = random.number() < 0.9 ? randomUUID() : '00000000-0000-4000-8000-000000000001'
  const text = random.number() < 0.5 ? 'hello' : random.pick(hostileTexts)[1]
  const username = random.number() < 0.8 ? random.pick(people).name : random.pick(['nobody', '.-', 'X'.repeat(32)])
  const timestamp = random.pick([0, 1.5, 1_795_000_000, 253_402_300_799])
  const size = random.number() < 0.01 ? 70_000 : text.length
  const message_text = text.padEnd(size, '\u00e9')
  switch (random.between(0, 3)) {
    case 0:
      return JSON.stringify({ type: 'ack', upto: random.pick([0, 1, random.between(0, 1_000), 2 ** 53 - 1]) })
    case 1:
      return '{"type":"ping"}'
    default:
      return JSON.stringify({
        type: 'send',
        id,
        timestamp,
        ...(random.number() < 0.5 ? { to: [{ username, message_text }] } : forAll(random, people, message_text)),
      })
  }
}

/**
 * One line, on which come strange frames of the right form and, last, one that is mangled.
 * @returns what the server did that it may not, or null
 */
export function strangeLine(
  base: string,
  person: Person,
  { frames, random, people }: { frames: number; random: Random; people: readonly Person[] },
): Promise<string | null> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${person.session}` }
    const ws = new WebSocket(`${base.replace('http', 'ws')}/socket`, { headers, perMessageDeflate: false })
    let wrong: string | null = null
    const timer = setTimeout(() => {
      wrong ??= 'a line that neither answered nor closed'
      ws.terminate()
    }, PATIENCE_MS)
    ws.on('open', () => {
      for (let n = 1; n < frames; n++) ws.send(frameOf(random, people))
      const last = mangle(Buffer.from(frameOf(random, people)), random)
      ws.send(last, { binary: random.number() < 0.2 })
      // Most often the line is closed now; where what was mangled was still right this asks for an answer.
      ws.send('{"type":"ping"}')
      ws.send('no frame at all')
    })
    ws.on('message', (data) => {
      const text = Buffer.isBuffer(data) ? data.toString('utf8') : ''
      if (text.includes('"code":"unavailable"') || text.includes('"code":"disk_full"')) wrong ??= `a refusal: ${text}`
    })
    ws.on('unexpected-response', (_request, response) => {
      wrong ??= `not let in: ${response.statusCode ?? 0}`
      ws.terminate()
    })
    ws.on('error', () => undefined)
    ws.on('close', (code) => {
      clearTimeout(timer)
      if (!RIGHT_ENDS.has(code)) wrong ??= `a line closed with ${code}`
      resolve(wrong)
    })
  })
}

/** One masked text frame (RFC 6455 section 5.2). */
function bytesOf(text: string): Buffer {
  const payload = Buffer.from(text)
  const mask = randomBytes(4)
  const { length } = payload
  const head = length < 126 ? Buffer.from([0x81, 0x80 | length]) : Buffer.from([0x81, 0xfe, length >> 8, length & 255])
  for (let at = 0; at < length; at++) payload[at] = (payload[at] ?? 0) ^ (mask[at % 4] ?? 0)
  return Buffer.concat([head, mask, payload])
}

/** Bytes below the frames: after a right handshake a wrong frame, or none. Resolves with nothing but the line's end. */
export function rawLine(
  base: string,
  person: Person,
  { random, people }: { random: Random; people: readonly Person[] },
) {
  const { hostname, port } = new URL(base)
  return new Promise<null>((resolve) => {
    const line = connect({ host: hostname, port: Number(port) })
    const end = setTimeout(() => line.destroy(), 150)
    line.write(
      `GET /socket HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
        `Authorization: Bearer ${person.session}\r\n\r\n`,
    )
    line.once('data', () => {
      const text = frameOf(random, people).slice(0, 60_000)
      line.write(random.number() < 0.8 ? mangle(bytesOf(text), random) : Buffer.from(noise(random, 100)))
    })
    line.on('error', () => undefined)
    line.on('close', () => {
      clearTimeout(end)
      resolve(null)
    })
  })
}
