import type { Cipher } from '../../../sdk/src/driver/cipher.ts'
import type { ToOpen } from '../../../sdk/src/engine/events.ts'
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
  readonly text: string
  readonly signedBy: string
  readonly sealedFor: string
  /** Every sealing gives other bytes, as the real one does. */
  readonly salt: number
}

export interface KeyRing {
  readonly current: string
  readonly earlier: readonly string[]
}

const refused = (reason: string, signedBy: string | null): Opened => ({
  mark: 'forged',
  reason,
  body: null,
  at: null,
  to: null,
  signedBy,
})

/** Stands in for crypto: the same answers to the same questions, deterministic and a thousand times faster. */
export const standInCipher = (username: string, ring: KeyRing, random: () => number): Cipher => ({
  factsOf: (publicKey) => Promise.resolve({ publicKey, fingerprint: keyName(publicKey), canSeal: true }),
  seal: ({ id, to, at, text, key }) => {
    const sealFor = (sealedFor: string): string =>
      JSON.stringify({ id, from: username, to, at, text, signedBy: ring.current, sealedFor, salt: random() })
    const copy = { username, message_text: sealFor(ring.current) }
    return Promise.resolve(
      to === username ? [copy] : [{ username: to, message_text: sealFor(keyName(key.publicKey)) }, copy],
    )
  },
  open: (item) => Promise.resolve(open(username, ring, item)),
})

function open(username: string, ring: KeyRing, item: ToOpen): Opened {
  const letter: Letter = JSON.parse(item.text)
  const mine = [ring.current, ...ring.earlier]
  if (!mine.includes(letter.sealedFor)) return refused('not readable', null)
  const { id, from, to, text, at, signedBy } = letter
  if (id !== item.id || from !== item.from || (!item.own && to !== username)) return refused('not for here', signedBy)
  const isPinned = signedBy === keyName(item.pinned ?? '')
  const isPresented = item.own ? mine.includes(signedBy) : signedBy === keyName(item.presented ?? '')
  const isEarlier = [...item.earlier.map(keyName), ...keysBefore(item.voucher ?? '')].includes(signedBy)
  if (!isPinned && !isPresented && !isEarlier) return refused('signature wrong', signedBy)
  const known = isPresented ? 'new key' : 'earlier key'
  const mark = isPinned || (isPresented && item.pinned === null) ? 'verified' : known
  return { mark, reason: null, body: { type: 'text', text }, at, to, signedBy }
}
