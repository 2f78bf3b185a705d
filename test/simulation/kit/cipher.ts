import type { Cipher } from '../../../sdk/src/driver/cipher.ts'
import type { ToOpen, ToSeal } from '../../../sdk/src/engine/events.ts'
import { isServiceBody } from '../../../sdk/src/engine/service.ts'
import type { Opened } from '../../../sdk/src/engine/state.ts'

/** A key is its own name; whoever knows the name can open. The rules of marks are crypto's. */
const AFTER = ' after '

/** What a key's owner presents: its name, and the names of those that it vouches for. */
export const keyText = (key: string, before: readonly string[]): string => [key, ...before].join(AFTER)

export const keyName = (text: string): string => text.split(AFTER)[0] ?? ''

export const keysBefore = (text: string): readonly string[] => text.split(AFTER).slice(1)

/** As many as a real one vouches for. */
export const MOST_BEFORE = 3

interface Letter {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly at: number
  readonly body: { readonly type: string; readonly text?: unknown }
  readonly link: ToSeal['link']
  readonly signedBy: string
  readonly sealedFor: string
  /** Every sealing gives other bytes, as the real one does. */
  readonly salt: number
}

export interface KeyRing {
  readonly current: string
  readonly earlier: readonly string[]
}

const refused = (reason: string, signedBy: string | null, claimed: string | null = null): Opened => ({
  mark: 'forged',
  reason,
  body: null,
  at: null,
  to: null,
  signedBy,
  claimed,
})

/** FNV-1a: short, and other for another past. */
function hashOf({ chain, n, prev }: NonNullable<ToSeal['link']>, id: string): string {
  let hash = 0x811c9dc5
  for (const character of `${prev}.${chain}.${n}.${id}`) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
  return (hash >>> 0).toString(36)
}

/** Stands in for crypto: the same answers to the same questions, deterministic and a thousand times faster. */
export const standInCipher = (username: string, ring: KeyRing, random: () => number): Cipher => ({
  factsOf: (publicKey) => Promise.resolve({ publicKey, fingerprint: keyName(publicKey), canSeal: true }),
  seal: ({ id, to, at, body, key, link }) => {
    const sealFor = (sealedFor: string): string =>
      JSON.stringify({ id, from: username, to, at, body, link, signedBy: ring.current, sealedFor, salt: random() })
    const tied = link === null ? null : { ...link, hash: hashOf(link, id) }
    const theirs = { username: to, message_text: sealFor(keyName(key.publicKey)) }
    if (isServiceBody(body)) return Promise.resolve({ to: [theirs], link: null })
    const copy = { username, message_text: sealFor(ring.current) }
    return Promise.resolve({ to: to === username ? [copy] : [theirs, copy], link: tied })
  },
  open: (item) => Promise.resolve(open(username, ring, item)),
})

function open(username: string, ring: KeyRing, item: ToOpen): Opened {
  const letter: Letter = JSON.parse(item.text)
  const mine = [ring.current, ...ring.earlier]
  if (!mine.includes(letter.sealedFor)) return refused('not readable', null)
  const { id, from, to, body, at, signedBy } = letter
  if (id !== item.id || from !== item.from || (!item.own && to !== username))
    return refused('not for here', signedBy, body.type)
  const isPinned = signedBy === keyName(item.pinned ?? '')
  const isPresented = item.own ? mine.includes(signedBy) : signedBy === keyName(item.presented ?? '')
  const isEarlier = [...item.earlier.map(keyName), ...keysBefore(item.voucher ?? '')].includes(signedBy)
  if (!isPinned && !isPresented && !isEarlier) return refused('signature wrong', signedBy, body.type)
  const link = letter.link === null ? null : { ...letter.link, hash: hashOf(letter.link, id) }
  const known = isPresented ? 'new key' : 'earlier key'
  const mark = isPinned || (isPresented && item.pinned === null) ? 'verified' : known
  return { mark, reason: null, body, at, to, signedBy, link }
}
