import { isRecord, parseRecord, utf8 } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { readLink } from './link.ts'
import type { Link } from './link.ts'

/**
 * What is signed and sealed. Text is Unicode text: a lone surrogate (half a character, which UTF-8 can't carry) becomes U+FFFD,
 * both on the way out and on the way in, so that no sender can make the reader's text functions throw.
 */

export interface TextBody {
  readonly type: 'text'
  readonly text: string
}

/** JSON of a type that this version need not know (receipt, edit, …). */
export interface OtherBody {
  readonly type: string
  readonly [member: string]: unknown
}

export type Body = TextBody | OtherBody

/** What the signature covers. All of it must be what the reader expects. */
export interface Payload {
  /** The message's id, as on the wire. */
  readonly id: string
  /** Account names; compared without case. */
  readonly from: string
  readonly to: string
  /** The sender's clock, Unix ms. */
  readonly at: number
  /** Thumbprint of the encrypting key that the sender sealed for: shows the addressee when a server had slipped in another. */
  readonly key: string
  /** Null: its sender does not count. */
  readonly link: Link | null
  readonly body: Body
}

export type PayloadFlaw = 'form wrong' | 'version unknown'

export const VERSION = 1
const MAX_DEPTH = 32
/** The largest whose envelope stays within 64 KiB with RSA-4096 on both sides: 16/9 of it, and 1.7 KiB of keys and signature. */
export const MAX_PAYLOAD_BYTES = 35 * 1024
/** Powers of two from 512 bytes: nearly everything that people type is of the first two sizes. The last is cut to the limit. */
const BUCKETS = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, MAX_PAYLOAD_BYTES] as const

/**
 * The longest text that an envelope of at most 64 KiB (LIMITS.messageTextBytes) holds, counted by `textBytes`. The rest of the
 * payload takes at most 410 bytes, and 200 more when it is another's body that carries the text again.
 */
export const MAX_TEXT_BYTES = 35_200

/** Thrown by `seal`: the body is over the limit. */
export class BodyTooLong extends RangeError {
  /** @param bytes what the body takes */
  constructor(bytes: number) {
    super(`A message may take ${MAX_TEXT_BYTES} bytes; this one takes ${bytes}. Send it in several parts.`)
    this.name = 'BodyTooLong'
  }
}

/** The bytes that a text takes within an envelope: UTF-8, with line breaks, quotes and control characters escaped as in JSON. */
export const textBytes = (text: string): number => utf8(JSON.stringify(wellFormed(text))).length - 2

export const isText = (body: Body): body is TextBody => body.type === 'text'

export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD')

/** @throws BodyTooLong */
export function encodePayload({ id, from, to, at, key, link, body }: Payload): Bytes {
  const tied = link === null ? {} : { link: { chain: link.chain, n: link.n, prev: link.prev } }
  const fields = { v: VERSION, id, from, to, at, key, ...tied, body: tidy(body) }
  const bare = utf8(JSON.stringify({ ...fields, pad: '' })).length
  const bucket = BUCKETS.find((size) => size >= bare)
  const bodyBytes = isText(body) ? textBytes(String(body.text)) : bare
  if (bucket === undefined || (isText(body) && bodyBytes > MAX_TEXT_BYTES)) throw new BodyTooLong(bodyBytes)
  return utf8(JSON.stringify({ ...fields, pad: '.'.repeat(bucket - bare) }))
}

/** Members that this version does not know are ignored, and so is the padding. */
export function decodePayload(bytes: Uint8Array): Payload | PayloadFlaw {
  const record = parseRecord(bytes)
  if (record === null) return 'form wrong'
  const { v, id, from, to, at, key } = record
  if (v !== VERSION) return typeof v === 'number' ? 'version unknown' : 'form wrong'
  const body = readBody(record['body'])
  if (typeof id !== 'string' || typeof from !== 'string' || typeof to !== 'string' || typeof key !== 'string') {
    return 'form wrong'
  }
  if (!isMoment(at) || body === null) return 'form wrong'
  const link = record['link'] === undefined ? null : readLink(record['link'], id)
  return link === undefined ? 'form wrong' : { id, from, to, at, key, link, body }
}

/** The year 10000: behind it, and long before a number ends, dates cannot be shown, and whoever tries fails. */
const MOMENTS_END = 253_402_300_800_000

/** Whether it is a time that a message may bear, in Unix ms. */
export const isMoment = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value < MOMENTS_END

export const readBody = (value: unknown): Body | null => {
  try {
    const body = tidy(value)
    return isBody(body) ? body : null
  } catch {
    return null
  }
}

const isBody = (value: unknown): value is Body =>
  isRecord(value) &&
  typeof value['type'] === 'string' &&
  (value['type'] !== 'text' || typeof value['text'] === 'string')

/**
 * A copy of a JSON value with well-formed text throughout, no member named `__proto__` and bounded nesting: a stranger wrote it,
 * and whoever reads it may copy, walk or print it.
 * @throws RangeError beyond 32 levels
 */
export const tidy = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return wellFormed(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth === MAX_DEPTH) throw new RangeError('A message body may be nested 32 levels deep. Make it flatter.')
  if (Array.isArray(value)) return value.map((item) => tidy(item, depth + 1))
  const members = Object.entries(value).filter(([name]) => name !== '__proto__')
  return Object.fromEntries(members.map(([name, member]) => [wellFormed(name), tidy(member, depth + 1)]))
}
