import type { Addressed } from '@chatnip/protocol'
import { needsGroup } from './afresh.ts'
import { nobodyHome, setBegin } from './begin.ts'
import type { Event } from './events.ts'
import { beginStep, endStep, keepGroup, trustOf } from './groups.ts'
import type { Info } from './many/info.ts'
import { ensureMany, everybodyIn } from './many/peers.ts'
import { lackingIn } from './own-leaves.ts'
import type { Member, Peer } from './rows.ts'
import type { Begin, Group } from './state.ts'
import { effect, freshId, isOwn, lower, peerOf, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

/** A group that is made: with the key packages that have come. */

/** A group of many that this person makes: begun like every other, with the key packages that were found. */
export function beginMany(
  turn: Turn,
  info: Info,
  packages: Extract<Begin, { readonly phase: 'claimed' }>['packages'],
): Peer {
  const peer = ensureMany(turn, info)
  setBegin(turn, peer.number, { phase: 'claimed', packages })
  return setPeer(turn, { ...peer, many: { info, isIn: true, wishes: [] }, activeAt: turn.now })
}

/** Makes a group whose key packages have come, when no other step is being taken. */
export function makeClaimed(turn: Turn): void {
  for (const [number, begin] of turn.state.begins) {
    if (turn.state.isStepping) return
    const peer = peerOf(turn, number)
    if (begin.phase !== 'claimed' || peer === undefined) continue
    // Somebody else's beginning may have come meanwhile.
    if (!needsGroup(turn, peer)) {
      setBegin(turn, number, { phase: 'begun', at: turn.now })
      continue
    }
    setBegin(turn, number, { phase: 'making' })
    beginStep(turn)
    const { packages } = begin
    const info = peer.many?.info ?? null
    const others = info === null ? [lower(peer.name)] : []
    effect(turn, { type: 'begin', number, others, packages, trust: trustOf(turn), info })
  }
}

export function onBegun(turn: Turn, { number, made }: Extract<Event, { readonly type: 'begun' }>): void {
  const peer = peerOf(turn, number)
  if (made === null || peer === undefined) {
    nobodyHome(turn, number)
    return endStep(turn, [])
  }
  setBegin(turn, number, { phase: 'begun', at: turn.now })
  const { group: id, members, text, secrets, info } = made
  const about = { id: freshId(turn), kind: 'begin', timestamp: seconds(turn), epoch: 0, text } as const
  const group: Group = {
    id,
    number,
    epoch: 0,
    members,
    keys: keysOf(turn, members),
    place: null,
    isBroken: false,
    renewedAt: turn.now,
    pending: { ...about, to: everybody(turn, peer), ...(info === null ? {} : { info }) },
    stage: 'storing',
    behind: 0,
    ...(info === null ? lackingIn(turn, members) : { version: info.version }),
  }
  endStep(turn, [...secrets, keepGroup(turn, group)], {
    type: 'event',
    event: { type: 'handshake stored', group: id },
  })
}

/** By account: the key that has signed for its devices, since no other was believed. */
export function keysOf(turn: Turn, members: readonly Member[]): Readonly<Record<string, string>> {
  const { own, peers } = turn.state
  const accounts = [...new Set(members.map(({ account }) => account))]
  return Object.fromEntries(
    accounts.map((account) => [
      account,
      isOwn(turn, account) ? own.fingerprint : (peers.get(account)?.pinned?.fingerprint ?? ''),
    ]),
  )
}

export const seconds = (turn: Turn): number => Math.max(0, Math.floor(turn.now / 1000))

/** The contact's devices, or everybody in a group of many, and one's own other ones. */
export const everybody = (turn: Turn, { name, many }: Peer): readonly Addressed[] =>
  many === undefined ? [{ username: name }, { username: turn.state.own.username }] : everybodyIn(turn, many.info)
