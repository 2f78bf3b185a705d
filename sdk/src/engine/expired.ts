import { chainOf, isStored, keepChain } from './chains.ts'
import type { MessageLine, Peer, Write } from './rows.ts'
import { holds, joined, span, without } from './spans.ts'
import { setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * Own messages that nobody fetched in time are counted in the conversation's head, until they are sent again, taken away, or came
 * after all. Writing the head is the caller's.
 */

/** One more, unless a device of the addressee has it. */
export function countExpired(turn: Turn, peer: Peer, { link }: MessageLine): readonly Write[] {
  const chain = link === undefined ? undefined : chainOf(turn, peer.number, link.chain)
  if (link !== undefined && isStored(chain, link.n)) return []
  add(turn, peer, 1)
  if (link === undefined || chain === undefined) return []
  return [keepChain(turn, { ...chain, expired: joined(chain.expired ?? [], span(link.n, link.n)) })]
}

/** One less, when it was counted: it is not there any more, or nothing of it is left to be sent. */
export function uncountExpired(
  turn: Turn,
  peer: Peer,
  { link, state }: Pick<MessageLine, 'link' | 'state'>,
): readonly Write[] {
  if (state !== 'expired') return []
  const chain = link === undefined ? undefined : chainOf(turn, peer.number, link.chain)
  const isCounted = chain?.expired === undefined ? !isStored(chain, link?.n ?? 0) : holds(chain.expired, link?.n ?? 0)
  if (!isCounted) return []
  add(turn, peer, -1)
  if (link === undefined || chain?.expired === undefined) return []
  return [keepChain(turn, { ...chain, expired: without(chain.expired, span(link.n, link.n)) })]
}

const add = (turn: Turn, peer: Peer, by: number): Peer =>
  setPeer(turn, { ...peer, expired: Math.max(0, (peer.expired ?? 0) + by) })
