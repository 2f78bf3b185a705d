import type { Chain } from './rows.ts'
import { isUntold, MOST_SEEN } from './seen.ts'
import type { Seen } from './seen.ts'
import { pumpService, tell } from './tell.ts'
import { effect, lower, peerOf, random } from './turn.ts'
import type { Turn } from './turn.ts'

/** Somebody who goes through their conversations makes one message of it. */
const TOGETHER_MS = 1_500

const untold = (turn: Turn): readonly Chain[] => [...turn.state.chains.values()].filter(isUntold)

/** What was looked at here is told to the other own devices, a little later. */
export function armSeen(turn: Turn): void {
  if (turn.state.line.phase !== 'online' || untold(turn).length === 0) return
  effect(turn, { type: 'timer', name: 'seen', ms: Math.ceil(TOGETHER_MS * (1 + random(turn))) })
}

export function onSeenTimer(turn: Turn): void {
  const { line, service, own } = turn.state
  if (line.phase !== 'online') return
  // One at a time: what is under way is not said twice.
  if (service.some(({ body }) => body.type === 'seen')) return armSeen(turn)
  const all = untold(turn)
  if (all.length === 0) return
  const read = byConversation(turn, all.slice(0, MOST_SEEN))
  tell(turn, { to: lower(own.username), body: { type: 'seen', read }, about: { number: 0, news: 0 } })
  pumpService(turn)
  if (all.length > MOST_SEEN) armSeen(turn)
}

function byConversation(turn: Turn, chains: readonly Chain[]): readonly Seen[] {
  const numbers = [...new Set(chains.map(({ number }) => number))]
  return numbers.flatMap((number) => {
    const peer = peerOf(turn, number)
    const own = chains.filter((chain) => chain.number === number)
    return peer === undefined
      ? []
      : [{ name: peer.name, chains: own.map(({ chain, seen = 0 }) => [chain, seen] as const) }]
  })
}
