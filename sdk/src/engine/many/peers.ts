import type { Addressed } from '@chatnip/protocol'
import { askKey, freshKey, recentKey } from '../lookups.ts'
import { adoptKey } from '../pins.ts'
import type { Many, Peer } from '../rows.ts'
import { commit, ensurePeer, isOwn, lower, notify, peerOf, setPeer } from '../turn.ts'
import type { Turn } from '../turn.ts'
import { nameOfMany } from './info.ts'
import type { Info } from './info.ts'

/** A group of many as a conversation beside those with accounts. */

/** As it is now; `peer` may be older. */
export const manyOf = (turn: Turn, peer: Peer): Many | null => turn.state.peers.get(lower(peer.name))?.many ?? null

/** The conversation of that group, made when it is not there yet. */
export function ensureMany(turn: Turn, info: Info): Peer {
  const peer = ensurePeer(turn, nameOfMany(info))
  return peer.many === undefined ? setPeer(turn, { ...peer, many: { info, isIn: false, wishes: [] } }) : peer
}

/** The group of many that an MLS group belongs to. */
export function manyAbout(turn: Turn, group: string): Peer | undefined {
  const known = turn.state.groups.get(group)
  const peer = known === undefined ? undefined : peerOf(turn, known.number)
  return peer?.many === undefined ? undefined : peer
}

/** The other accounts, in lower case. */
export const othersIn = (turn: Turn, { members }: Info): readonly string[] =>
  members.map(({ account }) => account).filter((account) => !isOwn(turn, account))

/** Those whom the server knows: who has deleted the account would turn away what is for everybody. */
const present = (turn: Turn, accounts: readonly string[]): readonly string[] =>
  accounts.filter((account) => recentKey(turn, account) !== null)

/** Everybody in it, and one's own other devices. @param also who was in it before */
export function everybodyIn(turn: Turn, info: Info, also: readonly string[] = []): readonly Addressed[] {
  const names = new Set([...othersIn(turn, info), ...also.filter((name) => !isOwn(turn, name))])
  const others = present(turn, [...names]).map((account) => turn.state.peers.get(account)?.name ?? account)
  return [...others, turn.state.own.username].map((username) => ({ username }))
}

/** Of whom key packages are wanted for a beginning. */
export const claimable = (turn: Turn, info: Info): readonly string[] => [
  ...present(turn, othersIn(turn, info)).filter((account) => turn.state.peers.get(account)?.pinned?.canSeal === true),
  lower(turn.state.own.username),
]

/**
 * Whether everybody's key is known and is the one that they have now; asks for what is missing. A changed key of somebody whose key was compared
 * in person waits for this person's word, and so does everything here.
 */
export function keysAreKnown(turn: Turn, info: Info): boolean {
  const missing = othersIn(turn, info).filter((account) => recentKey(turn, account) === undefined)
  if ((freshKey(turn, turn.state.own.username) ?? null) === null) askKey(turn, turn.state.own.username)
  for (const account of missing) askKey(turn, account)
  if (missing.length > 0 || (freshKey(turn, turn.state.own.username) ?? null) === null) return false
  return othersIn(turn, info).every((account) => isPinned(turn, account))
}

function isPinned(turn: Turn, account: string): boolean {
  const facts = recentKey(turn, account) ?? null
  if (facts === null) return true
  const peer = ensurePeer(turn, account)
  if (peer.pinned === null)
    commit(turn, adoptKey(turn, peer, facts, null), notify({ kind: 'contact', name: peer.name }))
  return peer.candidate === null
}
