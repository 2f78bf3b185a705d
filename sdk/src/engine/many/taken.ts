import type { Place } from '../../messenger.ts'
import { beginAfresh } from '../afresh.ts'
import { followHint } from '../follow.ts'
import { currentGroup, dropGroupsOf, forgetOldGroups, keepGroup } from '../groups.ts'
import { write } from '../outcome.ts'
import type { Outcome } from '../outcome.ts'
import { adoptKey } from '../pins.ts'
import type { Peer } from '../rows.ts'
import type { TakenFrame } from '../taken.ts'
import { ensurePeer, isOwn, lower, peerWrite, setPeer } from '../turn.ts'
import type { Turn } from '../turn.ts'
import type { Unwrapped } from '../unwrapped.ts'
import { askToBeLetIn, wasLately } from './admission.ts'
import { applyInfo, noteNews } from './change.ts'
import { nameOfMany, roleOf } from './info.ts'
import { without } from './value.ts'
import { manyAbout } from './peers.ts'
import { armTidy } from './wishes.ts'

/** What a frame of a group of many did, with its place in the mailbox. Whether it was allowed was asked before it was taken in. */

type Of<K extends Unwrapped['kind']> = Extract<Unwrapped, { readonly kind: K }>

const ofInfo = (turn: Turn, id: string): Peer | undefined => turn.state.peers.get(nameOfMany({ id }))

const tell = (turn: Turn, { number, name }: Peer, outcome: Outcome): void => {
  const peer = turn.state.peers.get(lower(name))
  if (peer !== undefined) outcome.changed.set(number, peer)
}

/** Begun, begun afresh, or let in. */
export function takeWelcome(
  turn: Turn,
  { place, batch }: TakenFrame,
  { group: id, keys, many }: Of<'joined'>,
  outcome: Outcome,
): void {
  const group = turn.state.groups.get(id)
  const peer = manyAbout(turn, id)
  if (group === undefined || many === undefined || peer === undefined) return
  for (const [account, key] of Object.entries(keys)) {
    const presented = batch.asked.get(account) ?? null
    const contact = isOwn(turn, account) ? null : ensurePeer(turn, account)
    if (contact === null || presented?.publicKey !== key || presented.fingerprint === contact.pinned?.fingerprint)
      continue
    write(outcome, ...adoptKey(turn, contact, presented, place.seq))
    outcome.contacts.add(contact.name)
  }
  write(outcome, keepGroup(turn, { ...group, place }), ...forgetOldGroups(turn, group.number))
  const isNew = peer.many?.isIn !== true
  write(outcome, ...applyInfo(turn, { peer, ...many, place, isNew }))
  armTidy(turn, group)
  tell(turn, peer, outcome)
}

export function takeMove(turn: Turn, { place }: TakenFrame, { group: id, many }: Of<'moved'>, outcome: Outcome): void {
  const group = turn.state.groups.get(id)
  const peer = manyAbout(turn, id)
  if (group === undefined || peer === undefined) return
  if (many !== undefined) {
    write(outcome, keepGroup(turn, { ...group, version: many.info.version }))
    write(outcome, ...applyInfo(turn, { peer, ...many, place, isNew: false }))
    tell(turn, peer, outcome)
  }
  armTidy(turn, group)
}

/** This device can read nothing any more. When the account was put out, that is noted; else another device of it has put this one out. */
export function takeOut(turn: Turn, { place }: TakenFrame, { conversation, by }: Of<'out'>, outcome: Outcome): void {
  const peer = conversation === undefined ? undefined : ofInfo(turn, conversation)
  if (peer?.many === undefined) return
  const own = lower(turn.state.own.username)
  if (by === own || roleOf(peer.many.info, own) === null) {
    const out = setPeer(turn, { ...peer, many: { ...peer.many, isIn: false, wishes: [] } })
    write(outcome, ...dropGroupsOf(turn, peer.number), peerWrite(out))
  } else write(outcome, ...applyInfo(turn, { peer, info: without(peer.many.info, [own]), by, place, isNew: false }))
  tell(turn, peer, outcome)
}

/** How often the attempts of one account are noted. */
const NOTED_MS = 3_600_000

/**
 * It was not done. When it was done in the group that is current, that one cannot go on, since the server takes it for done; and a member who
 * did not know better has to be told: it is begun afresh. Who is out gets nothing by trying.
 */
export function takeRefusal(turn: Turn, { place }: TakenFrame, refused: Of<'refused'>, outcome: Outcome): void {
  const { group: id, conversation, by, isStale } = refused
  const peer = ofInfo(turn, conversation)
  if (peer?.many === undefined) return
  if (!isStale) noteRefusal(turn, { peer, by, place }, outcome)
  const group = turn.state.groups.get(id)
  const isCurrent = group !== undefined && currentGroup(turn, peer)?.id === id
  if (isCurrent) write(outcome, keepGroup(turn, { ...group, isBroken: true }))
  const isMember = roleOf(peer.many.info, by) !== null
  if (peer.many.isIn && (isCurrent || (isMember && isStale))) beginAfresh(turn, peer.number, place)
}

function noteRefusal(
  turn: Turn,
  { peer, by, place }: { readonly peer: Peer; readonly by: string; readonly place: Place },
  outcome: Outcome,
): void {
  if (wasLately(turn, `refused ${peer.number} ${by}`, NOTED_MS)) return
  write(outcome, ...noteNews(turn, peer, { by, news: { type: 'not allowed' }, place }))
  tell(turn, peer, outcome)
}

/**
 * Of a group that this device has been in: noted as missing, asked for, and whoever cannot read begins afresh. Of one that it has not: it asks to be
 * let in, and what was said before that is not for it.
 */
export function takeUnreadableOfMany(
  turn: Turn,
  { sender, place }: TakenFrame,
  { peer, unreadable }: { readonly peer: Peer | undefined; readonly unreadable: Of<'unreadable' | 'late'> },
  outcome: Outcome,
): void {
  const { kind, group: id, hint } = unreadable
  if (peer?.many?.isIn !== true) return askToBeLetIn(turn, { group: id, sender })
  const whose = isOwn(turn, sender) ? 'sibling' : 'contact'
  const by = whose === 'contact' ? sender : undefined
  write(outcome, ...followHint(turn, { number: peer.number, whose, by, ...hint, seq: place.seq }))
  tell(turn, peer, outcome)
  // Nothing is wrong with the group then.
  if (kind === 'late') return
  const group = turn.state.groups.get(id)
  if (group !== undefined && currentGroup(turn, peer)?.id === id)
    write(outcome, keepGroup(turn, { ...group, isBroken: true }))
  beginAfresh(turn, peer.number, place)
}
