import type { Cipher } from '../../../sdk/src/driver/cipher.ts'
import type { ToOpen, ToSeal } from '../../../sdk/src/engine/events.ts'
import { isServiceBody } from '../../../sdk/src/engine/service.ts'
import type { Opened } from '../../../sdk/src/engine/state.ts'
import { keyName, keysBefore } from './key-names.ts'
import { standInMls } from './mls.ts'
import { Groups } from '../../../sdk/src/driver/groups/groups.ts'
import type { GroupPorts } from '../../../sdk/src/driver/groups/groups.ts'

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

/** FNV-1a, of the form of the real one, and other for another past. */
function hashOf({ chain, n, prev }: NonNullable<ToSeal['link']>, id: string): string {
  let hash = 0x811c9dc5
  for (const character of `${prev}.${chain}.${n}.${id}`) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
  return Array.from({ length: 22 }, (_, at) => (at === 21 ? 'A' : BASE64[(hash >>> (at % 27)) & 63])).join('')
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Stands in for crypto: the same answers to the same questions, deterministic and a thousand times faster. */
export const standInCipher = (
  { account: username, name: device }: { readonly account: string; readonly name: string },
  ring: KeyRing,
  { random, hasGroups }: { readonly random: () => number; readonly hasGroups: boolean },
): Cipher => ({
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
  ownKeys: [ring.current, ...ring.earlier],
  vouchedKeys: (publicKey) => Promise.resolve(keysBefore(publicKey)),
  hashLink: (link, id) => Promise.resolve(hashOf(link, id)),
  groups: keptGroups((ports) =>
    hasGroups
      ? new Groups({ ...ports, mls: standInMls({ account: username, device, key: ring.current }, random) })
      : null,
  ),
})

/** One for each run of a device. */
function keptGroups(make: (ports: GroupPorts) => Groups | null): Cipher['groups'] {
  let made: Groups | null = null
  return (ports) => Promise.resolve((made ??= make(ports)))
}

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
