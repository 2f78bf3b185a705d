import type { Place } from '../messenger.ts'
import { chainOf, filled, gapWith, keepChain, newChain, noticeKey, placesFor, reservedPlace } from './chains.ts'
import type { Chain, Gap, SealedLink, Write } from './rows.ts'
import { countOf, span } from './spans.ts'
import { patch, patchMeta } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * Follows what others count.
 * - What comes next goes on. What jumps leaves a gap: a notice before it, and places kept for what is missing.
 * - What is missing and comes takes its own place, however late.
 * - A number that was there before, under another id: its sender's device was put back to an older state. It is shown where it
 *   comes, and the chain goes on from it. If the hash before it is not ours, the one before it is missing too.
 * - A chain that is new to us may be older than this device, so what stands before its first message is no gap that anybody is
 *   told of; its sender hears of it and knows which of it was ever stored.
 * - What is neither *verified* nor signed by a key that is pinned with it may go on or fill, and never tears a gap: nobody but the sender can cry wolf.
 *   What stands outside a group's encryption is the exception (`followHint`): the server could have written it, and can tear a gap that nobody fills.
 */
export interface Arrival {
  readonly number: number
  readonly whose: 'sibling' | 'contact'
  /** In a group of many, of a contact: the account, in lower case. */
  readonly by?: string | undefined
  readonly link: SealedLink
  readonly isVerified: boolean
  /** Where it stands by its seq. */
  readonly place: Place
}

export interface Followed {
  /** Null: where its seq says. */
  readonly place: Place | null
  readonly writes: readonly Write[]
}

const NOTHING: Followed = { place: null, writes: [] }

export function followLink(turn: Turn, arrival: Arrival): Followed {
  const { number, whose, link, place } = arrival
  const known = chainOf(turn, number, link.chain)
  if (known === undefined) return beginChain(turn, arrival)
  if (known.whose !== whose || known.by !== arrival.by) return NOTHING
  if (gapWith(known, link.n) !== undefined) return fillGap(turn, known, link.n)
  const isNext = link.n === known.n + 1
  const fits = known.hash === '' || known.hash === link.prev
  if (!arrival.isVerified && !(isNext && fits)) return NOTHING
  const missing = isNext ? (fits ? null : [known.n, known.n]) : [known.n + 1, link.n - 1]
  const [first = 0, last = 0] = missing ?? []
  const gap =
    missing !== null && first <= last ? openGap(turn, known, { first, last, quiet: false, seq: place.seq }) : null
  const chain = grow(turn, gap?.chain ?? known, link)
  return { place: null, writes: [keepChain(turn, chain), ...(gap?.writes ?? [])] }
}

function beginChain(turn: Turn, { number, whose, by, link, place }: Arrival): Followed {
  const fresh = newChain(turn, { number, whose, by, chain: link.chain, n: 0, hash: '' })
  const before = { first: 1, last: link.n - 1, quiet: true, seq: place.seq }
  const known = link.n > 1 ? openGap(turn, fresh, before).chain : fresh
  return { place: null, writes: [...forgetOldest(turn, number), keepChain(turn, grow(turn, known, link))] }
}

const grow = (turn: Turn, chain: Chain, { n, hash }: { readonly n: number; readonly hash: string }): Chain => ({
  ...chain,
  n,
  hash,
  news: chain.news + 1,
  used: turn.state.meta.top,
})

const MOST_GAPS = 50

/** @param about `seq`: the gap stands just before this place, or, of what cannot be read, there */
function openGap(
  turn: Turn,
  chain: Chain,
  about: Pick<Gap, 'first' | 'last' | 'quiet' | 'isUnread' | 'slot'> & { readonly seq: number },
): { readonly chain: Chain; readonly writes: readonly Write[] } {
  const { first, last, quiet, isUnread, slot } = about
  const { sub } = turn.state.meta
  // What came and cannot be read has a place of its own: before whatever was accepted behind it, whenever that is heard of.
  const isHere = isUnread === true && slot === undefined
  const place = isHere ? { seq: about.seq, sub: -placesFor(about) } : { seq: about.seq - 1, sub: sub + 1 }
  const counts = { missing: span(first, last), gone: [], asked: 0, askedAt: turn.now }
  const known = { ...(isUnread === true ? { isUnread } : {}), ...(slot === undefined ? {} : { slot }) }
  const gap: Gap = { first, last, quiet, place, ...counts, ...known }
  if (!isHere) patchMeta(turn, { sub: sub + placesFor(gap) })
  const grown = { ...chain, gaps: [...chain.gaps, gap].slice(-MOST_GAPS) }
  return { chain: grown, writes: quiet ? [] : [noticeWrite(turn, grown, gap)] }
}

const noticeWrite = (turn: Turn, chain: Chain, gap: Gap): Write => ({
  table: 'messages',
  key: noticeKey(chain, gap),
  value: {
    kind: 'notice',
    notice: 'missing',
    at: turn.now,
    chain: chain.chain,
    count: countOf(gap.missing),
    own: chain.whose === 'sibling',
    ...(gap.isUnread === true ? { isUnread: true } : {}),
  },
})

function fillGap(turn: Turn, known: Chain, n: number): Followed {
  const gap = gapWith(known, n)
  return { place: gap === undefined ? null : reservedPlace(gap, n), writes: fill(turn, known, n) }
}

/** What was missing has come. */
export const fill = (turn: Turn, chain: Chain, n: number): readonly Write[] => takeOut(turn, chain, span(n, n))

/** These numbers are missing no more; a notice with nothing left to say goes. */
export function takeOut(turn: Turn, known: Chain, numbers: readonly (readonly [number, number])[]): readonly Write[] {
  const { chain, whole } = filled(known, numbers)
  const notices = whole.filter(({ quiet }) => !quiet)
  return [
    keepChain(turn, { ...chain, news: chain.news + 1 }),
    ...notices.map((gap): Write => ({ table: 'messages', key: noticeKey(chain, gap), value: null })),
  ]
}

/** So many were accepted for this account: whatever is behind the last that came is missing. */
export function followHead(
  turn: Turn,
  {
    number,
    chain: name,
    n,
    seq,
  }: { readonly number: number; readonly chain: string; readonly n: number; readonly seq: number },
): readonly Write[] {
  const known = chainOf(turn, number, name)
  if (known === undefined) {
    const fresh = newChain(turn, { number, whose: 'contact', chain: name, n: 0, hash: '' })
    const { chain } = openGap(turn, fresh, { first: 1, last: n, quiet: true, seq })
    return [...forgetOldest(turn, number), keepChain(turn, grow(turn, chain, { n, hash: '' }))]
  }
  if (known.whose !== 'contact') return []
  if (n <= known.n) return [keepChain(turn, { ...known, news: known.news + 1 })]
  const { chain, writes } = openGap(turn, known, { first: known.n + 1, last: n, quiet: false, seq })
  return [keepChain(turn, grow(turn, chain, { n, hash: '' })), ...writes]
}

/** So far may a chain jump by what stands outside an encryption, where anybody can have written it. */
const FURTHEST = 1_000

/** A message that cannot be read is missing, and so is what stands before it and did not come. */
export function followHint(
  turn: Turn,
  about: Pick<Arrival, 'number' | 'whose' | 'by'> & {
    readonly chain: string
    readonly n: number
    readonly seq: number
  },
): readonly Write[] {
  const { number, whose, by, chain: name, n, seq } = about
  const known = chainOf(turn, number, name)
  if (known === undefined) {
    const fresh = newChain(turn, { number, whose, by, chain: name, n: 0, hash: '' })
    const before = n > 1 ? openGap(turn, fresh, { first: 1, last: n - 1, quiet: true, seq }).chain : fresh
    const { chain, writes } = openGap(turn, before, { first: n, last: n, quiet: false, seq, isUnread: true })
    return [...forgetOldest(turn, number), keepChain(turn, grow(turn, chain, { n, hash: '' })), ...writes]
  }
  if (known.whose !== whose || known.by !== by) return []
  const quiet = gapWith(known, n)
  if (quiet?.quiet === true) return openAloud(turn, known, { n, seq, slot: reservedPlace(quiet, n) })
  if (n <= known.n || n > known.n + FURTHEST) return []
  const { chain, writes } = openGap(turn, known, { first: known.n + 1, last: n, quiet: false, seq, isUnread: true })
  return [keepChain(turn, grow(turn, chain, { n, hash: '' })), ...writes]
}

/** What might have been from before this device knew the chain has come, and cannot be read. */
function openAloud(
  turn: Turn,
  known: Chain,
  { n, seq, slot }: { readonly n: number; readonly seq: number; readonly slot: Place | null },
): readonly Write[] {
  const rest = filled(known, span(n, n)).chain
  const where = slot === null ? {} : { slot }
  const { chain, writes } = openGap(turn, rest, { first: n, last: n, quiet: false, seq, isUnread: true, ...where })
  return [keepChain(turn, { ...chain, news: chain.news + 1 }), ...writes]
}

/** Each sign-in on a new device begins a chain; somebody who begins thousands makes us forget only their own. */
const MOST_CHAINS = 400

function forgetOldest(turn: Turn, number: number): readonly Write[] {
  const all = [...turn.state.chains].filter(([, one]) => one.number === number && one.whose !== 'own')
  if (all.length < MOST_CHAINS) return []
  const oldest = all.reduce((a, b) => (b[1].used < a[1].used ? b : a))
  const chains = new Map(turn.state.chains)
  chains.delete(oldest[0])
  patch(turn, { chains })
  return [{ table: 'chains', key: [number, oldest[1].chain], value: null }]
}
