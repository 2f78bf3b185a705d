import { currentGroup, isSettled, unbornGroup } from './groups.ts'
import type { Event } from './events.ts'
import { claimable, keysAreKnown } from './many/peers.ts'
import type { Peer } from './rows.ts'
import type { Begin, Group } from './state.ts'
import {
  backoff,
  commit,
  CONVERSATIONS,
  effect,
  isOwn,
  lower,
  messagesChanged,
  patch,
  peerOf,
  setItem,
} from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * How a conversation gets its group: claim key packages → make it → commit → send the welcome → accepted → adopt (`handshake.ts`).
 * Whoever wants to write and has no group begins one, and so does whoever cannot read (`afresh.ts`).
 */

/** What to seal a message in: an envelope, a group, or nothing yet. */
type Mode = 'envelope' | 'later' | Group

/** Asks for a group where there should be one. */
export function modeFor(turn: Turn, peer: Peer): Mode {
  if (isOwn(turn, peer.name)) return 'envelope'
  const group = currentGroup(turn, peer)
  if (group !== null) return isSettled(group) ? group : 'later'
  if (peer.many !== undefined) {
    askForGroup(turn, peer)
    return 'later'
  }
  if (peer.pinned?.canSeal === false) return 'envelope'
  const begin = turn.state.begins.get(peer.number)
  if (begin?.phase === 'none' && isFresh(turn, begin) && !isGrouped(peer)) return 'envelope'
  if (begin?.phase === 'none' && isFresh(turn, begin) && isLately(turn, begin)) {
    // It may have had its first group since, when nobody had set a timer.
    waitWith(turn, peer.number, begin, begin.at + AGAIN_MS - turn.now)
    return 'later'
  }
  askForGroup(turn, peer)
  return 'later'
}

/** There has been a group under the key that this contact has now. */
export const isGrouped = ({ grouped, pinned }: Peer): boolean =>
  grouped !== undefined && grouped === pinned?.fingerprint

/** That nobody has key packages is asked again on each line, and every hour. */
const NONE_MS = 3_600_000
/** A contact that has had a group waits for one, and is asked for more often. */
const AGAIN_MS = 30_000

const isFresh = (turn: Turn, { line, at }: Extract<Begin, { readonly phase: 'none' }>): boolean =>
  line === turn.state.line.number && turn.now >= at && turn.now - at < NONE_MS

const isLately = (turn: Turn, { at }: Extract<Begin, { readonly phase: 'none' }>): boolean => turn.now - at < AGAIN_MS

export const setBegin = (turn: Turn, number: number, begin: Begin): void =>
  patch(turn, { begins: new Map(turn.state.begins).set(number, begin) })

export function askForGroup(turn: Turn, peer: Peer): void {
  const begin = turn.state.begins.get(peer.number)
  const isUnderWay = begin !== undefined && begin.phase !== 'none' && begin.phase !== 'begun'
  if (isUnderWay || turn.state.line.phase !== 'online' || unbornGroup(turn, peer.number) !== undefined) return
  const names = namesToClaim(turn, peer)
  if (names === null) return
  setBegin(turn, peer.number, { phase: 'claiming' })
  effect(turn, { type: 'claim', number: peer.number, names, for: 'beginning' })
}

/** Null: not now. */
function namesToClaim(turn: Turn, { name, pinned, many }: Peer): readonly string[] | null {
  if (many === undefined) return pinned?.canSeal === true ? [name, turn.state.own.username] : null
  return many.isIn && keysAreKnown(turn, many.info) ? claimable(turn, many.info) : null
}

export function onClaimed(turn: Turn, { number, result }: Extract<Event, { readonly type: 'claimed' }>): void {
  if (turn.state.begins.get(number)?.phase !== 'claiming') return
  if (result.outcome === 'unavailable') return waitWith(turn, number, { phase: 'waiting' }, backoff(turn, 4))
  const packages = result.outcome === 'claimed' ? result.packages : []
  const own = lower(turn.state.own.username)
  const isOfMany = peerOf(turn, number)?.many !== undefined
  // Many of whom nobody can come in now are let in when they come.
  if (isOfMany || packages.some(({ account }) => account !== own))
    setBegin(turn, number, { phase: 'claimed', packages })
  else nobodyHome(turn, number)
}

export function nobodyHome(turn: Turn, number: number): void {
  const none: Begin = { phase: 'none', line: turn.state.line.number, at: turn.now }
  const peer = peerOf(turn, number)
  const mustWait = peer !== undefined && (isGrouped(peer) || peer.many !== undefined)
  if (!mustWait) return setBegin(turn, number, none)
  waitWith(turn, number, none, AGAIN_MS)
  sayWhy(turn, peer)
}

/** What waits says why. */
function sayWhy(turn: Turn, peer: Peer): void {
  const waiting = turn.state.outbox.filter(({ to, stage }) => to === lower(peer.name) && stage === 'saved')
  for (const item of waiting) setItem(turn, { ...item, refusal: NO_KEY_PACKAGES })
  if (waiting.length > 0) commit(turn, [], messagesChanged(peer), CONVERSATIONS)
}

/** Beside the catalogue's codes: a contact who has had groups gives nothing to begin one with. */
const NO_KEY_PACKAGES = 'no key packages'

/** Somebody does not want to wait for the timer. */
export function beginNow(turn: Turn, { number }: Peer): void {
  effect(turn, { type: 'cancel timer', name: `begin ${number}` })
  onBeginTimer(turn, `begin ${number}`)
}

export function waitWith(turn: Turn, number: number, begin: Begin, ms: number): void {
  setBegin(turn, number, begin)
  effect(turn, { type: 'timer', name: `begin ${number}`, ms })
}

/** What could not be begun may be tried again. */
export function onBeginTimer(turn: Turn, name: string): void {
  const number = Number(name.replace(/^begin /, ''))
  const begin = turn.state.begins.get(number)
  const peer = peerOf(turn, number)
  // Who never had a group is written to in envelopes meanwhile.
  const isOver =
    begin?.phase === 'waiting' ||
    (begin?.phase === 'none' && peer !== undefined && (isGrouped(peer) || peer.many !== undefined))
  if (!isOver) return
  const begins = new Map(turn.state.begins)
  begins.delete(number)
  patch(turn, { begins })
}
