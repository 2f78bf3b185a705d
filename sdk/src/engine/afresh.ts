import type { Place } from '../messenger.ts'
import { askForGroup } from './begin.ts'
import { currentGroup } from './groups.ts'
import { askKey, freshKey } from './lookups.ts'
import { adoptKey } from './pins.ts'
import { isAfter } from './places.ts'
import type { Peer } from './rows.ts'
import { isHushed } from './strangers.ts'
import { commit, effect, isOwn, lower, notify, patch, peerOf, random } from './turn.ts'
import type { Turn } from './turn.ts'

/** Whoever cannot read begins afresh, but not more often. */
const AFRESH_MS = 60_000
const SOON_MS = 500

/** Something in this place could not be read: begins afresh a little later, unless somebody else has by then. */
export function beginAfresh(turn: Turn, number: number, place: Place): void {
  patch(turn, { afresh: new Map(turn.state.afresh).set(number, place) })
  armAfresh(turn, number)
  doubtOwnKey(turn)
}

/** How long nothing is to be tried again there (ms): something was begun, or nobody was there to begin it with. */
function restOf(turn: Turn, number: number): number {
  const begin = turn.state.begins.get(number)
  const isTried = begin?.phase === 'begun' || begin?.phase === 'none'
  return isTried ? Math.max(0, AFRESH_MS - Math.abs(turn.now - begin.at)) : 0
}

function armAfresh(turn: Turn, number: number): void {
  const soon = SOON_MS * (1 + 4 * random(turn))
  effect(turn, { type: 'timer', name: `afresh ${number}`, ms: Math.ceil(restOf(turn, number) + soon) })
}

/** On a new line. */
export function resumeAfresh(turn: Turn): void {
  for (const number of turn.state.afresh.keys()) armAfresh(turn, number)
}

export function onAfreshTimer(turn: Turn, name: string): void {
  const number = Number(name.replace(/^afresh /, ''))
  const peer = peerOf(turn, number)
  if (peer === undefined || turn.state.line.phase !== 'online') return
  // To begin with a stranger, or with whom was blocked, would tell them that somebody is there.
  if (isHushed(turn, { number, by: undefined })) return
  if (!needsGroup(turn, peer)) {
    const afresh = new Map(turn.state.afresh)
    afresh.delete(number)
    return patch(turn, { afresh })
  }
  // The timer was set before it was known that nobody is there, or before a beginning that came to nothing.
  if (restOf(turn, number) > 0) return armAfresh(turn, number)
  if (peer.many !== undefined) {
    askForGroup(turn, peer)
    return armAfresh(turn, number)
  }
  // The group is for the keys of both, so they must be those of now.
  const missing = [turn.state.own.username, peer.name].filter((one) => freshKey(turn, one) === undefined)
  for (const one of missing) askKey(turn, one)
  if (missing.length === 0) askForGroup(turn, pinned(turn, peer))
  armAfresh(turn, number)
}

/** A conversation that only another own device has begun is first contact for this one. */
function pinned(turn: Turn, peer: Peer): Peer {
  const facts = freshKey(turn, peer.name) ?? null
  if (peer.pinned !== null || facts === null) return peer
  commit(turn, adoptKey(turn, peer, facts, null), notify({ kind: 'contact', name: peer.name }))
  return turn.state.peers.get(lower(peer.name)) ?? peer
}

/** There is none, or none since something could not be read. */
export function needsGroup(turn: Turn, peer: Peer): boolean {
  if (isOwn(turn, peer.name) || peer.pinned?.canSeal === false || peer.candidate !== null) return false
  if (peer.many?.isIn === false) return false
  const place = currentGroup(turn, peer)?.place ?? null
  const after = turn.state.afresh.get(peer.number)
  return place === null || (after !== undefined && !isAfter(place, after))
}

/** So long the server's word about the own key stands, whatever happens. */
const OWN_MS = 5_000

/** Something came that cannot be read here: it may be for newer keys of this account's, of which this line has not heard. */
export function doubtOwnKey(turn: Turn): void {
  const asked = turn.state.keys.get(lower(turn.state.own.username))
  if (asked?.phase !== 'answered') return
  effect(turn, { type: 'timer', name: 'own key', ms: Math.max(0, Math.min(OWN_MS, asked.at + OWN_MS - turn.now)) })
}

export function onOwnKeyTimer(turn: Turn): void {
  const { keys, own } = turn.state
  const rest = new Map(keys)
  rest.delete(lower(own.username))
  if (keys.get(lower(own.username))?.phase === 'answered') patch(turn, { keys: rest })
  askKey(turn, own.username)
}
