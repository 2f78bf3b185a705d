import type { Opened } from './state.ts'
import type { Chain, Gap, Peer, Write } from './rows.ts'
import { chainOf, keepChain, newChain } from './chains.ts'
import { span } from './spans.ts'
import { isOwn, lower, peerOf, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * Whose messages are taken, and who hears of it.
 * - A stranger is who writes first, with whom there is no conversation and whom nobody has accepted. Their messages wait as a request; nothing tells them
 *   that they came, were read, or are missing, until somebody has accepted them or written to them.
 * - Of whom was blocked nothing is kept but the ids, so that it is not taken for new when it comes again. What their devices count goes on as if it had
 *   come, and is never said to have been stored.
 */

/** The last moment that a date can name. */
export const ALWAYS = 8_640_000_000_000_000

export const isBlocked = ({ state }: Turn, name: string): boolean =>
  state.peers.get(lower(name))?.choices?.standing?.value === 'blocked'

/** A message of that account, or an own one to it from another device, is about to be shown. */
export function knock(turn: Turn, peer: Peer, isOwnCopy: boolean): Peer {
  if (isOwnCopy) return welcome(turn, peer)
  const isKnown =
    peer.asks === true ||
    peer.activeAt > 0 ||
    peer.many !== undefined ||
    isOwn(turn, peer.name) ||
    peer.choices?.standing?.value === 'accepted'
  return isKnown || turn.state.own.holdsStrangers !== true ? peer : setPeer(turn, { ...peer, asks: true })
}

/** No stranger any more. */
export function welcome(turn: Turn, peer: Peer): Peer {
  const { asks, ...rest } = peer
  return asks === undefined ? peer : setPeer(turn, rest)
}

/** Nothing is told to those who sent this. */
export function isHushed(turn: Turn, { number, by }: Pick<Chain, 'number' | 'by'>): boolean {
  const peer = peerOf(turn, number)
  return peer?.asks === true || isBlocked(turn, by ?? peer?.name ?? '')
}

/** What somebody blocked has sent counts as gone, so that it is neither missed nor asked for, and never told to be here. */
export function passOver(
  turn: Turn,
  number: number,
  { opened: { link, mark }, by }: { readonly opened: Opened; readonly by: string | undefined },
): readonly Write[] {
  if (link === undefined || link === null || mark !== 'verified') return []
  const known =
    chainOf(turn, number, link.chain) ??
    newChain(turn, { number, whose: 'contact', by, chain: link.chain, n: 0, hash: '' })
  if (known.whose !== 'contact' || known.by !== by || link.n <= known.n) return []
  const gaps = goneUpto(turn, known, link.n)
  return [keepChain(turn, { ...known, n: link.n, hash: link.hash, gaps, used: turn.state.meta.top })]
}

const MOST_GAPS = 50

function goneUpto(turn: Turn, { gaps, n }: Chain, upto: number): readonly Gap[] {
  const last = gaps.at(-1)
  const end = last?.gone.at(-1)
  // One span, however many come.
  if (last?.quiet === true && last.missing.length === 0 && end?.[1] === n)
    return [...gaps.slice(0, -1), { ...last, last: upto, gone: [...last.gone.slice(0, -1), [end[0], upto]] }]
  const { top, sub } = turn.state.meta
  const gone = { first: n + 1, last: upto, missing: [], gone: span(n + 1, upto) }
  const facts = { quiet: true, place: { seq: top, sub }, asked: 0, askedAt: turn.now }
  return [...gaps, { ...gone, ...facts }].slice(-MOST_GAPS)
}
