import { decodeMlsMessage, encodeMlsMessage } from './library.ts'
import type { MLSMessage } from 'ts-mls/message.js'
import { ownBytes } from '../bytes.ts'
import { ConversationError } from './errors.ts'
import { attempt } from './attempt.ts'

/**
 * What travels: a byte for the version of this format, a byte for the kind, and the MLS message (RFC 9420 section 6). One version
 * stands for one suite and one form of credentials.
 */

const VERSION = 1
const HEADER_BYTES = 2
/** A commit's wire format depends on who makes it: a member's is encrypted, a newcomer's can't be. */
const KINDS = {
  commit: { byte: 1, formats: ['mls_private_message', 'mls_public_message'] },
  welcome: { byte: 2, formats: ['mls_welcome'] },
  message: { byte: 3, formats: ['mls_private_message'] },
  keyPackage: { byte: 4, formats: ['mls_key_package'] },
  groupInfo: { byte: 5, formats: ['mls_group_info'] },
} as const

export type WireKind = keyof typeof KINDS
/** The MLS message that a kind holds. */
export type WireOf<K extends WireKind> = Extract<MLSMessage, { wireformat: (typeof KINDS)[K]['formats'][number] }>
type Content<M extends MLSMessage> = M extends MLSMessage ? Omit<M, 'version'> : never

export function writeWire<K extends WireKind>(kind: K, content: Content<WireOf<K>>): Uint8Array {
  const body = encodeMlsMessage({ ...content, version: 'mls10' } as MLSMessage)
  const bytes = new Uint8Array(HEADER_BYTES + body.length)
  bytes.set([VERSION, KINDS[kind].byte])
  bytes.set(body, HEADER_BYTES)
  return bytes
}

/** @throws ConversationError `version_unknown` or `unreadable` */
export async function readWire<K extends WireKind>(kind: K, bytes: Uint8Array): Promise<WireOf<K>> {
  if (bytes.length > HEADER_BYTES && (bytes[0] ?? 0) > VERSION) throw new ConversationError('version_unknown')
  if (bytes[0] !== VERSION || bytes[1] !== KINDS[kind].byte) throw new ConversationError('unreadable')
  // A copy: what is decoded are views, and they live on in the state.
  const body = ownBytes(bytes.subarray(HEADER_BYTES))
  const decoded = await attempt('unreadable', async () => decodeMlsMessage(body, 0))
  if (decoded === undefined || decoded[1] !== body.length || !isOf(kind, decoded[0])) {
    throw new ConversationError('unreadable')
  }
  return decoded[0]
}

/** Whether bytes are of a kind, by their header alone. */
export const isKind = (kind: WireKind, bytes: Uint8Array): boolean =>
  bytes[0] === VERSION && bytes[1] === KINDS[kind].byte

const isOf = <K extends WireKind>(kind: K, message: MLSMessage): message is WireOf<K> =>
  KINDS[kind].formats.some((format) => format === message.wireformat)
