import { decodeStrictly } from './bytes.ts'
import { looksSealed, unseal, verifiedPayload } from './envelope.ts'
import { fingerprint, readPublicKey } from './identity.ts'
import type { Identity } from './identity.ts'
import { hashLink } from './link.ts'
import type { Link } from './link.ts'
import { decodePayload, wellFormed } from './payload.ts'
import type { Body, Payload, PayloadFlaw, TextBody } from './payload.ts'

/** Why a text is not shown as anybody's. `not readable`: not sealed for this key, or damaged; no closer is ever said. */
export type ForgedReason =
  | 'not readable'
  | 'signature wrong'
  | 'sender differs'
  | 'addressee differs'
  /** Sealed by its sender for another key than the one it can be opened with: somebody in between opened it. */
  | 'key differs'
  | 'id differs'
  | PayloadFlaw

export type UnsignedReason = 'plain text'

/** `hash`: what the next message of the chain must bear as `prev`. */
export type OpenedLink = Link & { readonly hash: string }

export interface Signed {
  readonly mark: 'verified' | 'new key'
  readonly reason: null
  readonly body: Body
  /** The sender's clock, Unix ms. */
  readonly at: number
  readonly to: string
  /** Fingerprint of the key that signed. */
  readonly signedBy: string
  readonly link: OpenedLink | null
}

export interface Unsigned {
  readonly mark: 'unsigned'
  readonly reason: UnsignedReason
  readonly body: TextBody
  readonly at: null
  readonly to: null
  readonly signedBy: null
  readonly link: null
}

export interface Forged {
  readonly mark: 'forged'
  readonly reason: ForgedReason
  readonly body: null
  readonly at: null
  readonly to: null
  /** Fingerprint of the key that signed, when that much was right. */
  readonly signedBy: string | null
  readonly link: null
  /** The type of body that the letter claims to hold, which nobody has proved: not every forgery needs to be shown. */
  readonly claimed: string | null
}

export type Opened = Signed | Unsigned | Forged

/** What the wire says of a message, which the signed letter must say too. */
export interface Expected {
  readonly id: string
  /** The claimed sender. */
  readonly from: string
  /** One's own name; null when opening the copy of an own message, whose addressee only the letter tells. */
  readonly to: string | null
}

/**
 * Opens whatever came as `message_text` and says what can be said of who wrote it. Never throws for what the text holds.
 *
 * - `verified`: signed by the pinned key, or at first contact (nothing pinned) by the presented one, which the caller pins.
 * - `new key`: not by the pinned key, but by the one that the server presents now.
 * - `unsigned`: no envelope at all. Anybody, the server included, can have written it.
 * - `forged`: an envelope that is not from `expected.from` to `expected.to` under `expected.id`. Its text is withheld.
 *
 * @param keys the claimed sender's `public_key`: first the pinned one (null at first contact), then the one that the server
 * presents now (may equal the pinned one; null when it has none)
 */
export async function open(
  text: string,
  expected: Expected,
  recipient: Identity,
  ...keys: [pinned: string | null, presented: string | null]
): Promise<Opened> {
  if (!looksSealed(text)) return unsigned(text)
  const signed = await unseal(text, recipient)
  if (signed === null) return forged('not readable')
  const [pinned, presented] = keys
  const byPinned = await checkedPayload(signed, pinned)
  const bytes = byPinned ?? (await checkedPayload(signed, presented))
  if (bytes === null) return forged('signature wrong', null, claimedType(signed))
  const signedBy = await fingerprint((byPinned === null ? presented : pinned) ?? '')
  const payload = decodePayload(bytes)
  if (typeof payload === 'string') return forged(payload, signedBy)
  const difference = await differenceFrom(expected, payload, recipient)
  if (difference !== null) return forged(difference, signedBy, payload.body.type)
  const mark = byPinned === null && pinned !== null ? 'new key' : 'verified'
  const { body, at, to, link, id } = payload
  const opened = link === null ? null : { ...link, hash: await hashLink(link, id) }
  return { mark, reason: null, body, at, to, signedBy, link: opened }
}

const checkedPayload = async (signed: string, publicKey: string | null): Promise<Uint8Array | null> =>
  publicKey === null ? null : verifiedPayload(signed, publicKey)

/** Re-addressed, sent again under another name or id, or opened and sealed anew on the way: each is said by its name. */
const differenceFrom = async (
  expected: Expected,
  payload: Payload,
  recipient: Identity,
): Promise<ForgedReason | null> => {
  if (!sameName(payload.from, expected.from)) return 'sender differs'
  if (expected.to !== null && !sameName(payload.to, expected.to)) return 'addressee differs'
  if (payload.id !== expected.id) return 'id differs'
  const own = await readPublicKey(recipient.publicKey)
  return payload.key === own?.encryptingThumbprint ? null : 'key differs'
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

const unsigned = (text: string): Unsigned => ({
  mark: 'unsigned',
  reason: 'plain text',
  body: { type: 'text', text: wellFormed(text) },
  at: null,
  to: null,
  signedBy: null,
  link: null,
})

/** What a JWS says whose signature is wrong. */
function claimedType(signed: string): string | null {
  const bytes = decodeStrictly(signed.split('.')[1] ?? '')
  const payload = bytes === null ? 'form wrong' : decodePayload(bytes)
  return typeof payload === 'string' ? null : payload.body.type
}

const forged = (reason: ForgedReason, signedBy: string | null = null, claimed: string | null = null): Forged => ({
  mark: 'forged',
  reason,
  body: null,
  at: null,
  to: null,
  signedBy,
  link: null,
  claimed,
})
