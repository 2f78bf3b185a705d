import type { Place } from '../messenger.ts'
import type { Setting } from './content.ts'
import { isAfter } from './places.ts'
import type { Peer } from './rows.ts'
import type { State } from './state.ts'
import { lower, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

/** How long messages stay in that conversation that are written now, in seconds; 0: for ever. What waits in the outbox counts already. */
export function lifetimeOf({ outbox, peers }: Pick<State, 'outbox' | 'peers'>, conversation: string): number {
  const to = lower(conversation)
  const waiting = outbox.findLast((item) => item.to === to && item.setting !== undefined && item.state !== 'failed')
  return waiting?.setting?.seconds ?? peers.get(to)?.lifetime?.seconds ?? 0
}

/** Takes a setting over, unless a later one is known. Places are the same everywhere, so that one counts for everybody. */
export function setLifetime(
  turn: Turn,
  peer: Peer,
  { setting: { seconds }, place }: { readonly setting: Setting; readonly place: Place },
): Peer {
  const isLatest = peer.lifetime === undefined || isAfter(place, peer.lifetime.place)
  return isLatest ? setPeer(turn, { ...peer, lifetime: { seconds, place } }) : peer
}
