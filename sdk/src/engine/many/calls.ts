import { beginMany } from '../begun.ts'
import type { Call } from '../events.ts'
import { pump } from '../outbox.ts'
import { commit, CONVERSATIONS, effect, lower, messagesChanged, peerWrite, settle } from '../turn.ts'
import type { Turn } from '../turn.ts'
import { roleOf } from './info.ts'
import type { Info } from './info.ts'
import { addWish } from './wishes.ts'
import type { Wish } from './wishes.ts'

type ManyCall = Extract<Call, { readonly type: 'make group' | 'change group' }>

/** What a person wants of a group of many. Answered when it is on disk; from then on it is carried out by itself. */
export function onManyCall(turn: Turn, ticket: number, call: ManyCall): void {
  if (call.type === 'make group') {
    const peer = beginMany(turn, call.info, call.packages)
    commit(turn, [peerWrite(peer)], CONVERSATIONS, settle(ticket, peer.name))
  } else change(turn, ticket, call)
  pump(turn)
}

function change(
  turn: Turn,
  ticket: number,
  { conversation, wish }: Extract<ManyCall, { readonly type: 'change group' }>,
): void {
  const peer = turn.state.peers.get(lower(conversation))
  const error = peer?.many === undefined ? 'not_found' : mayWish(turn, peer.many, wish) ? null : 'not_allowed'
  if (peer === undefined || error !== null) return effect(turn, { type: 'settle', ticket, error, value: '' })
  commit(turn, addWish(turn, peer, wish), messagesChanged(peer), CONVERSATIONS, settle(ticket))
}

function mayWish(turn: Turn, { info, isIn }: { readonly info: Info; readonly isIn: boolean }, wish: Wish): boolean {
  const role = roleOf(info, lower(turn.state.own.username))
  if (!isIn || role === null) return false
  return role === 'owner' || wish.type === 'leave'
}
