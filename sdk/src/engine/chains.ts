import type { Place } from '../messenger.ts'
import { roleOf } from './many/info.ts'
import type { Chain, Gap, MessageLine, Peer, SealedLink, Write } from './rows.ts'
import { holds, without } from './spans.ts'
import type { Spans } from './spans.ts'
import { patch } from './turn.ts'
import type { Turn } from './turn.ts'

/** Chains of counted messages: one for each device in each conversation. */

export const chainKey = (number: number, chain: string): string => `${number} ${chain}`

export const chainOf = (turn: Turn, number: number, chain: string): Chain | undefined =>
  turn.state.chains.get(chainKey(number, chain))

/** Takes a changed chain over. @returns what puts it on disk */
export function keepChain(turn: Turn, chain: Chain): Write {
  patch(turn, { chains: new Map(turn.state.chains).set(chainKey(chain.number, chain.chain), chain) })
  return { table: 'chains', key: [chain.number, chain.chain], value: chain }
}

export const newChain = (
  turn: Turn,
  about: Pick<Chain, 'number' | 'chain' | 'whose' | 'by' | 'n' | 'hash'>,
): Chain => ({
  ...about,
  gaps: [],
  news: 0,
  told: 0,
  stored: 0,
  unsure: [],
  used: turn.state.meta.top,
})

/** What this device itself has sent in a conversation. */
export const ownChain = (turn: Turn, number: number): Chain | undefined =>
  [...turn.state.chains.values()].find((one) => one.number === number && one.whose === 'own')

/** A chain that a contact speaks of: in the conversation with them, or in a group of many in which both are. */
export function chainWith(
  turn: Turn,
  { number, name }: Pick<Peer, 'number' | 'name'>,
  chain: string,
): Chain | undefined {
  const known = chainOf(turn, number, chain)
  if (known !== undefined) return known
  const account = name.toLowerCase()
  for (const { many, number: other } of turn.state.peers.values()) {
    const found = many === undefined ? undefined : chainOf(turn, other, chain)
    if (found === undefined || many === undefined) continue
    const isTheirs =
      found.whose === 'own' || found.whose === 'sibling' ? roleOf(many.info, account) !== null : found.by === account
    return isTheirs ? found : undefined
  }
  return undefined
}

/** The link for the next own message. Its number is free until the server has said that it has the message. */
export function nextLink(turn: Turn, number: number, id: string): Omit<SealedLink, 'hash'> {
  const own = ownChain(turn, number)
  return own === undefined ? { chain: id, n: 1, prev: '' } : { chain: own.chain, n: own.n + 1, prev: own.hash }
}

/** The own chain with the number of a message used up; null: it was before. */
export function advancedOwn(turn: Turn, number: number, link: SealedLink): Chain | null {
  const own = ownChain(turn, number)
  if (own !== undefined && (own.chain !== link.chain || own.n >= link.n)) return null
  const known = own ?? newChain(turn, { number, whose: 'own', chain: link.chain, n: 0, hash: '' })
  return { ...known, n: link.n, hash: link.hash }
}

/** So many places are kept for what is missing, so that each takes its own when it comes. */
const RESERVED = 1_000
const RESERVED_QUIETLY = 100

const firstReserved = ({ first, last, quiet }: Pick<Gap, 'first' | 'last' | 'quiet'>): number =>
  Math.max(first, last - (quiet ? RESERVED_QUIETLY : RESERVED) + 1)

/** How many running numbers a gap takes: one for the notice, the others behind it. */
export const placesFor = (gap: Pick<Gap, 'first' | 'last' | 'quiet'>): number => gap.last - firstReserved(gap) + 2

/** Where a missing message belongs; null: so many are missing that no place was kept for this one. */
export function reservedPlace(gap: Gap, n: number): Place | null {
  if (gap.slot !== undefined) return gap.slot
  const from = firstReserved(gap)
  return n < from ? null : { seq: gap.place.seq, sub: gap.place.sub + 1 + n - from }
}

export const gapWith = (chain: Chain, n: number): Gap | undefined =>
  chain.gaps.find(({ missing, gone }) => holds(missing, n) || holds(gone, n))

/** What is missing and may still come. */
export const missingOf = (chain: Chain, quiet: boolean): Spans =>
  chain.gaps
    .filter((gap) => gap.quiet === quiet)
    .flatMap(({ missing }) => missing)
    .toSorted(([a], [b]) => a - b)

/** The number has come, or its sender says that nothing was lost. Gaps that are whole go. */
export const filled = (chain: Chain, numbers: Spans): { readonly chain: Chain; readonly whole: readonly Gap[] } => {
  const gaps = chain.gaps.map((gap) => ({
    ...gap,
    missing: without(gap.missing, numbers),
    gone: without(gap.gone, numbers),
  }))
  const isWhole = (gap: Gap): boolean => gap.missing.length === 0 && gap.gone.length === 0
  return { chain: { ...chain, gaps: gaps.filter((gap) => !isWhole(gap)) }, whole: gaps.filter(isWhole) }
}

export const noticeKey = (chain: Chain, { place }: Gap): Write['key'] => [chain.number, place.seq, place.sub]

/** After so many times nobody is asked any more. */
export const MOST_ASKED = 5

export const isGivenUpOn = (gap: Gap): boolean => gap.missing.length === 0 || gap.asked > MOST_ASKED

/** Whether a device of the addressee has said that it has this own message. */
export const isStored = (chain: Chain | undefined, n: number): boolean =>
  chain !== undefined && chain.whose !== 'contact' && n <= chain.stored && !holds(chain.unsure, n)

/** Whoever asks for it again is told that it was taken away. */
export function withdrawal(number: number, { id, link }: Pick<MessageLine, 'id' | 'link'>): readonly Write[] {
  if (link === undefined) return []
  const value = { id, key: '', own: '', withdrawn: true, again: 0 }
  return [{ table: 'links', key: [number, link.chain, link.n], value }]
}
