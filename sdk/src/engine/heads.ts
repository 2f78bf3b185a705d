import { isAllStored } from './answer.ts'
import { ownChain } from './chains.ts'
import { othersIn } from './many/peers.ts'
import type { Peer } from './rows.ts'
import { pumpService, tell } from './tell.ts'
import { effect, isOwn, lower, patch, peerOf } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * What a server drops at the end nobody misses, since nothing comes behind it. So whoever has sent something, hears from its addressee,
 * and does not hear that it has arrived, says how many there are. Each such question waits for a word of the addressee and longer than
 * the one before: who is away is not written to.
 */
const WAITS_MS = [30_000, 300_000, 3_600_000, 86_400_000] as const

const NOTHING = { times: 0, isArmed: false }

/** Something verified came from a contact. @param isNews it told of what was not known to be stored */
export function heardFrom(turn: Turn, peer: Peer, isNews: boolean): void {
  const known = turn.state.heads.get(peer.number) ?? NOTHING
  const times = isNews ? 0 : known.times
  const mayArm = !known.isArmed && !isOwn(turn, peer.name) && !isAllStored(turn, peer.number) && speaks(turn, peer)
  if (mayArm) {
    const ms = WAITS_MS[times] ?? WAITS_MS[WAITS_MS.length - 1] ?? 0
    effect(turn, { type: 'timer', name: `head ${peer.number}`, ms })
  }
  if (mayArm || times !== known.times) setHead(turn, peer.number, { times, isArmed: mayArm || known.isArmed })
}

const setHead = (turn: Turn, number: number, head: { readonly times: number; readonly isArmed: boolean }): void =>
  patch(turn, { heads: new Map(turn.state.heads).set(number, head) })

/** Who counts their own messages or has told of ours knows what a head is. */
const speaks = (turn: Turn, { number }: Peer): boolean =>
  [...turn.state.chains.values()].some(
    (chain) => chain.number === number && (chain.whose === 'contact' || chain.stored > 0),
  )

export function onHeadTimer(turn: Turn, name: string): void {
  const number = Number(name.replace(/^head /, ''))
  const known = turn.state.heads.get(number) ?? NOTHING
  const peer = peerOf(turn, number)
  const chain = ownChain(turn, number)
  const isNeeded = turn.state.line.phase === 'online' && !isAllStored(turn, number)
  setHead(turn, number, { times: known.times + (isNeeded ? 1 : 0), isArmed: false })
  if (!isNeeded || peer === undefined || chain === undefined) return
  const body = { type: 'head', chain: chain.chain, n: chain.n } as const
  const names = peer.many === undefined ? [lower(peer.name)] : othersIn(turn, peer.many.info)
  for (const to of names) tell(turn, { to, body, about: { number, news: 0 } })
  pumpService(turn)
}
