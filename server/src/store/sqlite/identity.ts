import { hash } from 'node:crypto'
import type { NewMessage } from '../store.ts'
import { foldName } from './cache.ts'
import { Refusal } from './failures.ts'

/** A UUID as its 16 bytes. */
export function idBytes(id: string): Buffer {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex')
  if (id.length === 36 && bytes.length === 16) return bytes
  throw new Refusal('bad_request', 'A message id must be a UUID in lower case.')
}

/** 16 bytes as a UUID in lower case. */
export function idText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/**
 * SHA-256 over everything that makes a message the same one: its time and, by addressee, its texts. Every part carries its length, so that
 * no two different messages read alike; the order of the addressees and the case of their names don't count.
 *
 * @throws Refusal `bad_request` when an addressee stands there twice
 */
export function digestOf({ timestamp, to }: NewMessage): Buffer {
  const parts = to.map(({ username, message_text: text }) => ({ name: foldName(username), text }))
  if (parts.length > 1) {
    parts.sort((one, other) => (one.name < other.name ? -1 : 1))
    for (const [index, { name }] of parts.entries()) {
      if (name === parts[index - 1]?.name) throw new Refusal('bad_request', 'A message names the same addressee twice.')
    }
  }
  let canonical = `${timestamp};`
  for (const { name, text } of parts) canonical += `${name.length}:${name}${text.length}:${text}`
  return hash('sha256', canonical, 'buffer')
}
