import { BodyTooLong, fingerprint, hashLink, open, readPublicKey, seal, vouchedKeys } from '@chatnip/crypto'
import type { Identity, Link } from '@chatnip/crypto'
import { ChatnipError, LIMITS } from '@chatnip/protocol'
import type { Addressed } from '@chatnip/protocol'
import type { LookUp, ToOpen, ToSeal } from '../engine/events.ts'
import type { KeyFacts, SealedLink } from '../engine/rows.ts'
import type { Content } from '../engine/content.ts'
import { isServiceBody } from '../engine/service.ts'
import type { SeenBody } from '../engine/seen.ts'
import type { PeopleBody } from '../engine/choices.ts'
import type { HistoryBody, ServiceBody } from '../engine/service.ts'
import type { Opened } from '../engine/state.ts'
import type { DeviceKeys } from '../device-keys.ts'
import type { Transport } from '../ports.ts'
import { isUsername } from './frames.ts'
import type { GroupPorts, Groups } from './groups/groups.ts'

/** The engine's effects that are cryptography, as a port, so that a simulation may put something a thousand times faster in its place. */
export interface Cipher {
  factsOf(publicKey: string): Promise<KeyFacts>
  /** As `sealMessage`. */
  seal(message: ToSeal): Promise<SealedMessage | null>
  /** As `openItem`. */
  open(item: ToOpen): Promise<Opened>
  /** The account's own public keys, newest first. */
  readonly ownKeys: readonly string[]
  /** The keys that one vouches for. */
  vouchedKeys(publicKey: string, account: string): Promise<readonly string[]>
  /** As crypto's. */
  hashLink(link: Link, id: string): Promise<string>
  /**
   * What carries out the steps of groups; null: this device cannot have any.
   * @throws when a part of the program did not come now
   */
  groups(ports: GroupPorts): Promise<Groups | null>
}

export interface SealedMessage {
  readonly to: readonly Addressed[]
  readonly link: SealedLink | null
}

/** The real one, with the keys of this device. @param hasGroups false: nothing but envelopes */
export const cipherOf = (keys: DeviceKeys, hasGroups: boolean): Cipher => ({
  factsOf,
  seal: (message) => sealMessage(keys, message),
  open: (item) => openItem(keys, item),
  ownKeys: [keys.identity, ...keys.earlier].map(({ publicKey }) => publicKey),
  vouchedKeys: async (publicKey, account) => (await vouchedKeys(publicKey, account)).map((one) => one.publicKey),
  hashLink,
  groups: hasGroups ? keptGroups(keys) : () => Promise.resolve(null),
})

/** Loaded at the first use. A device that cannot run it (an old browser) has none, and tries again later. */
function keptGroups(keys: DeviceKeys): Cipher['groups'] {
  let loading: Promise<Groups> | null = null
  return async (ports) => {
    loading ??= import('./groups/open.ts').then(({ openGroups }) => openGroups(keys, ports))
    try {
      return await loading
    } catch (error) {
      loading = null
      // This is how browsers say that they could not fetch a module.
      if (error instanceof TypeError) throw error
      return null
    }
  }
}

async function factsOf(publicKey: string): Promise<KeyFacts> {
  const [name, parsed] = await Promise.all([fingerprint(publicKey), readPublicKey(publicKey)])
  return { publicKey, fingerprint: name, canSeal: parsed !== null }
}

/** Never rejects: what is not an answer is `unavailable`. */
export async function lookUp(cipher: Cipher, transport: Transport, name: string): Promise<LookUp> {
  try {
    const { public_key: publicKey, username }: Presented = await transport.call('get_public_key', { username: name })
    if (typeof publicKey !== 'string' || publicKey.length > LIMITS.publicKeyBytes) return { outcome: 'unavailable' }
    return { outcome: 'key', facts: await cipher.factsOf(publicKey), name: sameName(username, name) }
  } catch (error) {
    return { outcome: error instanceof ChatnipError && error.code === 'no_such_user' ? 'nobody' : 'unavailable' }
  }
}

/** What the server may have said in truth, whatever the table promises. */
interface Presented {
  readonly public_key: unknown
  readonly username?: unknown
}

/**
 * The spelling as registered; a server that answers for somebody else is not listened to. Without the pattern a Kelvin sign
 * would pass for a k, since that is its lower case.
 */
const sameName = (registered: unknown, asked: string): string | null =>
  isUsername(registered) && registered.toLowerCase() === asked.toLowerCase() ? registered : null

/**
 * One text for the addressee and one for the own other devices; a note to self is only the latter. For an addressee whose key is
 * of another format the text goes as it is.
 * @returns null when the text does not fit into an envelope
 */
async function sealMessage(keys: DeviceKeys, message: ToSeal): Promise<SealedMessage | null> {
  const { link, id, body } = message
  try {
    const to = await (isServiceBody(body) ? sealService(keys, message, body) : sealContent(keys, message, body))
    return { to, link: link === null ? null : { ...link, hash: await hashLink(link, id) } }
  } catch (error) {
    if (error instanceof BodyTooLong) return null
    throw error
  }
}

async function sealService(
  keys: DeviceKeys,
  message: ToSeal,
  service: ServiceBody | HistoryBody | PeopleBody | SeenBody,
): Promise<readonly Addressed[]> {
  const { id, to, at, key } = message
  const letter = { id, from: keys.username, to, at, body: { ...service } }
  return [{ username: to, message_text: await seal(letter, keys.identity, key.publicKey) }]
}

async function sealContent(keys: DeviceKeys, message: ToSeal, content: Content): Promise<readonly Addressed[]> {
  const { id, to, at, key, link } = message
  const letter = { id, from: keys.username, to, at, link, body: { ...content } }
  const copy = { username: keys.username, message_text: await seal(letter, keys.identity, keys.identity.publicKey) }
  if (to.toLowerCase() === keys.username.toLowerCase()) return [copy]
  if (key.canSeal) return [{ username: to, message_text: await seal(letter, keys.identity, key.publicKey) }, copy]
  // A program that knows no envelopes gets the words; acts mean nothing to it.
  return content.type === 'text' ? [{ username: to, message_text: content.text }, copy] : [copy]
}

/** Tries the account's present identity, then the ones it had before: what was on its way when the keys changed stays readable. */
async function openItem(keys: DeviceKeys, item: ToOpen): Promise<Opened> {
  const now = await openAs(keys.identity, keys, item)
  if (now.reason !== 'not readable') return now
  for (const identity of keys.earlier) {
    const before = await openAs(identity, keys, item)
    if (before.reason !== 'not readable') return before
  }
  return now
}

async function openAs(identity: Identity, keys: DeviceKeys, item: ToOpen): Promise<Opened> {
  const { id, from, text, own, pinned } = item
  const expected = { id, from, to: own ? null : keys.username }
  const presented = own ? [keys.identity, ...keys.earlier].map(({ publicKey }) => publicKey) : [item.presented]
  let opened = await open(text, expected, identity, pinned, presented[0] ?? null)
  for (const other of presented.slice(1)) {
    if (opened.reason === 'signature wrong') opened = await open(text, expected, identity, pinned, other)
  }
  if (opened.reason !== 'signature wrong') return opened
  for (const key of await earlierKeys(item)) {
    const before = await open(text, expected, identity, key, null)
    if (before.mark === 'verified') return { ...before, mark: 'earlier key' }
  }
  return opened
}

/** The sender's keys of before: those that this device knew, and those that their present one vouches for. */
async function earlierKeys({ from, earlier, voucher }: ToOpen): Promise<readonly string[]> {
  const vouched = voucher === null ? [] : await vouchedKeys(voucher, from)
  return [...earlier, ...vouched.map(({ publicKey }) => publicKey)]
}
