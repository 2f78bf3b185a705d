import { chainOf, keepChain } from './chains.ts'
import { beginFading } from './fading-rows.ts'
import { write } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { Chain, Peer, Write } from './rows.ts'
import { commit, lower, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * What somebody has looked at on one device is not new on their others. It goes to those in envelopes, some conversations together; nobody else learns of
 * it, whatever is told to senders. By the numbers of chains, which are the same on all devices; places in mailboxes are not.
 */
export interface SeenBody {
  readonly type: 'seen'
  readonly read: readonly Seen[]
}

/** Of a conversation: each chain of the others', up to which number. */
export interface Seen {
  readonly name: string
  readonly chains: readonly (readonly [chain: string, n: number])[]
}

/** So many chains go into one message; what is more goes into the next. */
export const MOST_SEEN = 200

const NAME = /^[\w.:-]{1,80}$/
const CHAIN = /^[0-9a-f-]{36}$/

type Fields = Readonly<Record<string, unknown>>

const isPair = (value: unknown): value is readonly [string, number] =>
  Array.isArray(value) &&
  value.length === 2 &&
  typeof value[0] === 'string' &&
  CHAIN.test(value[0]) &&
  Number.isSafeInteger(value[1]) &&
  value[1] > 0

const isSeen = (value: unknown): value is Seen => {
  if (typeof value !== 'object' || value === null) return false
  const { name, chains }: Fields = { ...value }
  return typeof name === 'string' && NAME.test(name) && Array.isArray(chains) && chains.every(isPair)
}

/** @returns null when it is not of the form above */
export function readSeen(body: { readonly type: string } | null): SeenBody | null {
  const { type, read }: Fields = { ...body }
  if (type !== 'seen' || !Array.isArray(read) || read.length > MOST_SEEN || !read.every(isSeen)) return null
  return { type, read }
}

const theirs = (turn: Turn, number: number): readonly Chain[] =>
  [...turn.state.chains.values()].filter((chain) => chain.number === number && chain.whose === 'contact')

/** Somebody has looked at it here, to its end. */
export const noteSeen = (turn: Turn, { number }: Peer): readonly Write[] =>
  theirs(turn, number)
    .filter((chain) => (chain.seen ?? 0) < chain.n)
    .map((chain) => keepChain(turn, { ...chain, seen: chain.n }))

export const isUntold = ({ seen = 0, seenTold = 0 }: Chain): boolean => seen > seenTold

/** The server has it for the others. */
export function onSeenTold(turn: Turn, { read }: SeenBody): void {
  const writes = read.flatMap(({ name, chains }) => {
    const peer = turn.state.peers.get(lower(name))
    return chains.flatMap(([id, n]) => {
      const chain = peer === undefined ? undefined : chainOf(turn, peer.number, id)
      return chain === undefined ? [] : [keepChain(turn, { ...chain, seenTold: Math.max(chain.seenTold ?? 0, n) })]
    })
  })
  if (writes.length > 0) commit(turn, writes)
}

/** Another own device has said so. What has not come here yet is not taken for seen. */
export function hearSeen(turn: Turn, { read }: SeenBody, outcome: Outcome): void {
  for (const { name, chains } of read) {
    const peer = turn.state.peers.get(lower(name))
    if (peer !== undefined) write(outcome, ...seeElsewhere(turn, peer, chains))
    const left = peer === undefined ? 0 : unseen(turn, peer.number)
    if (peer === undefined || left >= peer.unread) continue
    outcome.changed.set(peer.number, setPeer(turn, { ...peer, unread: left }))
    if (left === 0) write(outcome, ...beginFading(turn, peer.number))
  }
}

/** It need not be told back. */
const seeElsewhere = (turn: Turn, { number }: Peer, chains: Seen['chains']): readonly Write[] =>
  chains.flatMap(([id, n]) => {
    const chain = chainOf(turn, number, id)
    if (chain === undefined || chain.whose !== 'contact') return []
    const upto = Math.min(n, chain.n)
    const seen = Math.max(chain.seen ?? 0, upto)
    return [keepChain(turn, { ...chain, seen, seenTold: Math.max(chain.seenTold ?? 0, upto) })]
  })

/** At most so many are new: edits and reactions count in chains as well. */
const unseen = (turn: Turn, number: number): number =>
  theirs(turn, number).reduce((sum, { n, seen = 0 }) => sum + n - seen, 0)
