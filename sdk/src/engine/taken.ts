import type { Place } from '../messenger.ts'
import { beginAfresh } from './afresh.ts'
import { followHint } from './follow.ts'
import { currentGroup, forgetOldGroups, keepGroup } from './groups.ts'
import { markGrouped } from './handshake.ts'
import { manyAbout } from './many/peers.ts'
import { takeMove, takeOut, takeRefusal, takeUnreadableOfMany, takeWelcome } from './many/taken.ts'
import { write } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { adoptKey } from './pins.ts'
import type { Batch } from './state.ts'
import { isBlocked, knock } from './strangers.ts'
import { ensurePeer, isOwn, lower, peerOf, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'
import type { Unwrapped } from './unwrapped.ts'

type Of<K extends Unwrapped['kind']> = Extract<Unwrapped, { readonly kind: K }>

/** What a frame of a group did, but for a message: with its place in the mailbox. */
export interface TakenFrame {
  readonly unwrapped: Unwrapped
  readonly sender: string
  readonly place: Place
  readonly batch: Batch
}

export function takeFrame(turn: Turn, taken: TakenFrame, outcome: Outcome): void {
  const { unwrapped } = taken
  if (unwrapped.kind === 'joined' && unwrapped.many !== undefined) takeWelcome(turn, taken, unwrapped, outcome)
  else if (unwrapped.kind === 'joined') takeBeginning(turn, taken, unwrapped, outcome)
  if (unwrapped.kind === 'moved') takeMove(turn, taken, unwrapped, outcome)
  if (unwrapped.kind === 'out') takeOut(turn, taken, unwrapped, outcome)
  if (unwrapped.kind === 'refused') takeRefusal(turn, taken, unwrapped, outcome)
  if (unwrapped.kind === 'unreadable' || unwrapped.kind === 'late') takeUnreadable(turn, taken, unwrapped, outcome)
}

function takeBeginning(
  turn: Turn,
  { place, batch }: TakenFrame,
  { group: id, keys, other }: Of<'joined'>,
  outcome: Outcome,
): void {
  const group = turn.state.groups.get(id)
  const peer = group === undefined ? undefined : peerOf(turn, group.number)
  if (group === undefined || peer === undefined) return
  const presented = batch.asked.get(other) ?? null
  const isTheirs = presented !== null && presented.publicKey === keys[other]
  if (isTheirs && presented.fingerprint !== peer.pinned?.fingerprint) {
    write(outcome, ...adoptKey(turn, peer, presented, place.seq))
    outcome.contacts.add(peer.name)
  }
  write(outcome, keepGroup(turn, { ...group, place }), ...forgetOldGroups(turn, group.number))
  const known = turn.state.peers.get(lower(peer.name)) ?? peer
  if (group.keys[other] === known.pinned?.fingerprint) write(outcome, ...markGrouped(turn, known))
}

/** It is noted as missing where it belongs, and asked for; and nobody shall have to ask for the next one. */
function takeUnreadable(turn: Turn, taken: TakenFrame, unreadable: Of<'unreadable' | 'late'>, outcome: Outcome): void {
  const { kind, group: id, hint } = unreadable
  const hasNone = unreadable.kind === 'unreadable' && unreadable.hasNone === true
  const { sender, place, batch } = taken
  const own = isOwn(turn, sender)
  const known = manyAbout(turn, id)
  // Without groups it is for other devices of this account, and nobody could let this one in.
  if (hasNone && hint.to === '') return
  if (known !== undefined || hint.to === '')
    return takeUnreadableOfMany(turn, taken, { peer: known, unreadable }, outcome)
  // A message of one's own to oneself is never a group's; nobody else's is for anybody but us.
  if (own ? isOwn(turn, hint.to) : !isOwn(turn, hint.to)) return
  // Anybody can send what nobody can read: it makes no stranger an acquaintance, and gets past no block.
  if (!own && isBlocked(turn, sender)) return
  const peer = knock(turn, ensurePeer(turn, own ? hint.to : sender), own)
  const whose = own ? 'sibling' : 'contact'
  write(outcome, ...followHint(turn, { number: peer.number, whose, ...hint, seq: place.seq }))
  // To ask them for it is first contact too.
  const presented = batch.asked.get(lower(peer.name)) ?? null
  if (peer.pinned === null && presented !== null) write(outcome, ...adoptKey(turn, peer, presented, place.seq))
  const met = turn.state.peers.get(lower(peer.name)) ?? peer
  outcome.changed.set(peer.number, setPeer(turn, { ...met, activeAt: Math.max(met.activeAt, turn.now) }))
  // Nothing is wrong with the group then.
  if (kind === 'late') return
  const group = turn.state.groups.get(id)
  if (group !== undefined && currentGroup(turn, met)?.id === id) {
    write(outcome, keepGroup(turn, { ...group, isBroken: true }))
  }
  // Anybody can send such a frame: without groups it must not set anything going.
  if (!hasNone) beginAfresh(turn, peer.number, place)
}
