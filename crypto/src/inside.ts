import { parseRecord, utf8 } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { readLink } from './link.ts'
import {
  BodyTooLong,
  isMoment,
  isText,
  MAX_PAYLOAD_BYTES,
  MAX_TEXT_BYTES,
  readBody,
  textBytes,
  tidy,
  VERSION,
} from './payload.ts'
import type { Payload, PayloadFlaw } from './payload.ts'

/** What a message within a conversation's group says: who says it, and to whom, the group itself shows. */
export type Inside = Pick<Payload, 'id' | 'at' | 'link' | 'body'>

/**
 * The bytes of a message for a group, which pads and signs them itself.
 * @throws BodyTooLong
 */
export function encodeInside({ id, at, link, body }: Inside): Bytes {
  const tied = link === null ? {} : { link: { chain: link.chain, n: link.n, prev: link.prev } }
  const bytes = utf8(JSON.stringify({ v: VERSION, id, at, ...tied, body: tidy(body) }))
  const bodyBytes = isText(body) ? textBytes(String(body.text)) : bytes.length
  if (bodyBytes > MAX_TEXT_BYTES || bytes.length > MAX_PAYLOAD_BYTES) throw new BodyTooLong(bodyBytes)
  return bytes
}

/** Members that this version does not know are ignored. */
export function decodeInside(bytes: Uint8Array): Inside | PayloadFlaw {
  const record = parseRecord(bytes)
  if (record === null) return 'form wrong'
  const { v, id, at } = record
  if (v !== VERSION) return typeof v === 'number' ? 'version unknown' : 'form wrong'
  const body = readBody(record['body'])
  if (typeof id !== 'string' || !isMoment(at) || body === null) return 'form wrong'
  const link = record['link'] === undefined ? null : readLink(record['link'], id)
  return link === undefined ? 'form wrong' : { id, at, link, body }
}
