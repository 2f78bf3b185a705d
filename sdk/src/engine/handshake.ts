import type { ClientFrame, ErrorCode, ServerFrame } from '@chatnip/protocol'
import { waitWith } from './begin.ts'
import { everybody, keysOf, makeClaimed, seconds } from './begun.ts'
import type { Event, GroupChange } from './events.ts'
import {
  beginStep,
  currentGroup,
  dropGroup,
  endStep,
  forgetOldGroups,
  isQuiet,
  isSettled,
  keepGroup,
  latestGroup,
} from './groups.ts'
import type { Info } from './many/info.ts'
import { adoptInMany } from './many/change.ts'
import { dropWish, pumpWishes } from './many/wishes.ts'
import { everybodyIn } from './many/peers.ts'
import { ownIn } from './own-leaves.ts'
import { placeSent } from './places.ts'
import type { Handshake, Peer, Write } from './rows.ts'
import type { Group } from './state.ts'
import { isHushed } from './strangers.ts'
import {
  backoff,
  commit,
  effect,
  freshId,
  lower,
  metaWrite,
  notify,
  patch,
  peerOf,
  peerWrite,
  setPeer,
} from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * Own commits on their way.
 * - On disk before they are sent; sent again as they are until the server has answered; adopted only when it has accepted them.
 * - None is made while a message of ours is on its way in that conversation: one of the two would be refused.
 * - Who comes too late drops the commit, takes the other in, and makes it anew if it is still wanted.
 */

const DAY_MS = 86_400_000
const RETRY_SECONDS = 30
const FORK_MS = 1_000
const MAY_PASS: ReadonlySet<ErrorCode> = new Set(['too_many', 'mailbox_full', 'unavailable', 'disk_full'])
/** A commit that has been accepted is in our mailbox already; when it does not come in this time it never will. */
const BEHIND_MS = 20_000

/** Does whatever can be done now for groups. */
export function pumpGroups(turn: Turn): void {
  if (turn.state.line.phase !== 'online') return
  for (const group of turn.state.groups.values()) {
    if (group.stage === 'ready' && group.pending !== null) sendHandshake(turn, group, group.pending)
  }
  adoptAccepted(turn)
  makeClaimed(turn)
  pumpWishes(turn)
  leaveOut(turn)
  renew(turn)
}

function sendHandshake(turn: Turn, group: Group, { id, timestamp, epoch, to, text }: Handshake): void {
  keepGroup(turn, { ...group, stage: 'flying' })
  const about = { id: group.id, epoch, commit: true } as const
  const frame: ClientFrame = { type: 'send', id, timestamp, to: [...to], text, group: about, quiet: true }
  effect(turn, { type: 'send', line: turn.state.line.number, frame })
}

export function onHandshakeStored(turn: Turn, id: string): void {
  const group = turn.state.groups.get(id)
  if (group?.stage === 'storing') keepGroup(turn, { ...group, stage: 'ready' })
}

/** Accepted. It is adopted when no other step is being taken; what has come before it in the mailbox was taken in before. */
export function onHandshakeSent(
  turn: Turn,
  group: Group,
  frame: Extract<ServerFrame, { readonly type: 'sent' }>,
): void {
  if (group.stage !== 'flying') return
  // Another group of the same many may have changed what it is before this: that must be read first.
  const isOfMany = group.pending?.info !== undefined
  const { place: came } =
    isOfMany || group.place === null ? placeSent(turn, frame, group.number) : { place: group.place }
  const waiting = isOfMany ? { after: frame.after, news: came } : {}
  keepGroup(turn, { ...group, place: group.place ?? came, stage: 'accepted', ...waiting })
  if (isOfMany) effect(turn, { type: 'timer', name: `adopt ${group.id}`, ms: READ_MS })
  pumpGroups(turn)
}

/** So long what stands before an own commit may take to come; a mailbox that is counted anew may never get there. */
const READ_MS = 15_000

export function onAdoptTimer(turn: Turn, name: string): void {
  const group = turn.state.groups.get(name.replace(/^adopt /, ''))
  if (group?.stage === 'accepted') keepGroup(turn, { ...group, after: 0 })
}

function adoptAccepted(turn: Turn): void {
  if (turn.state.isStepping) return
  const { cursor } = turn.state.meta
  const accepted = [...turn.state.groups.values()].find(
    ({ stage, after = 0 }) => stage === 'accepted' && after <= cursor,
  )
  if (accepted === undefined) return
  beginStep(turn)
  effect(turn, { type: 'adopt', group: accepted.id })
}

export function onAdopted(turn: Turn, { group: id, made }: Extract<Event, { readonly type: 'adopted' }>): void {
  const group = turn.state.groups.get(id)
  if (group === undefined) return endStep(turn, made?.secrets ?? [])
  const rest = { ...group, pending: null, stage: 'none' } as const
  if (made === null) return endStep(turn, [keepGroup(turn, { ...rest, isBroken: true }), ...noPending(id)])
  const { epoch, members, secrets } = made
  const isRenewed = group.pending?.kind === 'renew' || group.pending?.kind === 'change'
  const renewedAt = isRenewed ? turn.now : group.renewedAt
  const next = { ...rest, epoch, members, renewedAt, keys: { ...keysOf(turn, members), ...group.keys } }
  const peer = peerOf(turn, group.number)
  if (peer?.many !== undefined)
    return endStep(turn, ...adoptInMany(turn, { peer, before: group, group: next, secrets }))
  const writes = [...secrets, keepGroup(turn, next), ...forgetOldGroups(turn, group.number), metaWrite(turn)]
  endStep(turn, [...writes, ...(peer === undefined ? [] : markGrouped(turn, peer))], notify({ kind: 'conversations' }))
}

const noPending = (id: string): readonly Write[] => [{ table: 'secrets', key: ['pending', id], value: null }]

/** From here on nothing less is sent to that key. */
export function markGrouped(turn: Turn, peer: Peer): readonly Write[] {
  const known = turn.state.peers.get(lower(peer.name)) ?? peer
  if (known.pinned === null || known.grouped === known.pinned.fingerprint) return []
  return [peerWrite(setPeer(turn, { ...known, grouped: known.pinned.fingerprint }))]
}

export function onHandshakeRefused(
  turn: Turn,
  group: Group,
  frame: Extract<ServerFrame, { readonly type: 'refused' }>,
): void {
  if (group.stage !== 'flying') return
  if (frame.code !== 'epoch_passed' && (frame.retry_after !== undefined || MAY_PASS.has(frame.code))) {
    keepGroup(turn, { ...group, stage: 'held' })
    return effect(turn, {
      type: 'timer',
      name: `group ${group.id}`,
      ms: 1_000 * ((frame.retry_after ?? RETRY_SECONDS) + 1),
    })
  }
  if (group.place === null) return commit(turn, dropGroup(turn, group.id))
  // What the server never takes is not wished any longer.
  const wish = frame.code === 'epoch_passed' ? undefined : group.pending?.wish
  if (wish !== undefined) commit(turn, dropWish(turn, group.number, wish))
  // And is wanted again on the next line.
  if (group.pending?.kind === 'remove' && frame.code !== 'epoch_passed') patch(turn, { gone: [] })
  commit(turn, [
    keepGroup(turn, { ...group, pending: null, stage: 'none', renewedAt: renewedLater(turn, group, frame.code) }),
    ...noPending(group.id),
  ])
  const ended = group.pending?.epoch ?? group.epoch
  if (frame.code === 'epoch_passed') meetEpoch(turn, { id: group.id, epoch: ended }, frame.epoch)
}

/** What lost against another commit is wanted still; what the server never takes is tried on another day. */
const renewedLater = (turn: Turn, group: Group, code: ErrorCode): number =>
  code === 'epoch_passed' ? group.renewedAt : turn.now

export function onGroupTimer(turn: Turn, name: string): void {
  const group = turn.state.groups.get(name.replace(/^group /, ''))
  if (group?.stage === 'held') keepGroup(turn, { ...group, stage: 'ready' })
}

/**
 * The server is in an earlier epoch than this device: it was put back, and others have gone on from there. Nobody can write in this group any
 * more; another is begun, a little later, so that a server that says so of every group does not keep us busy.
 */
function leaveFork(turn: Turn, group: Group): readonly Write[] {
  waitWith(turn, group.number, { phase: 'waiting' }, FORK_MS + backoff(turn, 2))
  return [keepGroup(turn, { ...group, isBroken: true })]
}

/** What was for one epoch was refused, since the server is in another. */
export function meetEpoch(
  turn: Turn,
  about: { readonly id: string; readonly epoch: number },
  epoch: number | undefined,
): void {
  const group = turn.state.groups.get(about.id)
  if (group === undefined || group.isBroken) return
  if (epoch !== undefined && epoch < about.epoch) return commit(turn, leaveFork(turn, group))
  fallBehind(turn, about.id, epoch)
}

/** The server knows of a later epoch: its commit is on its way to us. */
function fallBehind(turn: Turn, id: string, epoch: number | undefined): void {
  const group = turn.state.groups.get(id)
  if (group === undefined) return
  const behind = Math.max(group.behind, epoch ?? group.epoch + 1)
  if (behind <= group.epoch) return
  keepGroup(turn, { ...group, behind })
  effect(turn, { type: 'timer', name: `behind ${id}`, ms: BEHIND_MS })
}

/** It did not come, on a line that could have brought it. */
export function onBehindTimer(turn: Turn, name: string): void {
  const group = turn.state.groups.get(name.replace(/^behind /, ''))
  if (group === undefined || group.epoch >= group.behind) return
  if (turn.state.line.phase !== 'online' || turn.state.batch !== null) {
    return effect(turn, { type: 'timer', name, ms: BEHIND_MS })
  }
  commit(turn, [keepGroup(turn, { ...group, isBroken: true })])
}

/** Renews this device's keys in a group where something is going on: when it has just come in, and then daily. */
function renew(turn: Turn): void {
  for (const group of turn.state.groups.values()) {
    if (turn.state.isStepping) return
    if (isWanted(turn, group)) propose(turn, group, { type: 'renew' })
  }
}

function isWanted(turn: Turn, group: Group): boolean {
  const isDue = turn.now >= group.renewedAt + DAY_MS || turn.now < group.renewedAt - DAY_MS
  if (!isDue || group.place === null || group.isBroken || !isSettled(group)) return false
  // A stranger, or who was blocked, would learn from it that somebody is there.
  if (isHushed(turn, group)) return false
  return latestGroup(turn, group.number)?.id === group.id && isCalm(turn, group)
}

const isCalm = (turn: Turn, group: Group): boolean => turn.state.active.has(group.number) && isQuiet(turn, group)

/** Own devices that are gone, one group at a time, when no other step is being taken. */
function leaveOut(turn: Turn): void {
  if (turn.state.gone.length === 0) return
  for (const peer of turn.state.peers.values()) {
    if (turn.state.isStepping) return
    // Who is in a group of many is changed by wishes.
    const group = peer.many === undefined ? currentGroup(turn, peer) : null
    if (group !== null) leaveOutOf(turn, group)
  }
}

function leaveOutOf(turn: Turn, group: Group): void {
  const members = ownIn(turn, group).filter(({ device }) => turn.state.gone.includes(device))
  if (members.length > 0 && isCalmNow(turn, group)) propose(turn, group, { type: 'remove', members })
}

/** A commit can be made there, whether something is going on or not. */
const isCalmNow = (turn: Turn, group: Group): boolean =>
  group.place !== null && !group.isBroken && isSettled(group) && isQuiet(turn, group) && !isHushed(turn, group)

function propose(turn: Turn, group: Group, change: GroupChange): void {
  beginStep(turn)
  patch(turn, { proposal: null })
  effect(turn, { type: 'propose', group: group.id, change, info: null })
}

export function onProposed(turn: Turn, { group: id, kind, made }: Extract<Event, { readonly type: 'proposed' }>): void {
  const group = turn.state.groups.get(id)
  const peer = group === undefined ? undefined : peerOf(turn, group.number)
  const { proposal } = turn.state
  patch(turn, { proposal: null })
  if (group === undefined || peer === undefined) return endStep(turn, [])
  // Key packages that are of no use say nothing about the group.
  if (made === null && (proposal?.wish.type === 'add' || proposal?.wish.type === 'devices'))
    return endStep(turn, dropWish(turn, group.number, proposal.wish))
  if (made === null) return endStep(turn, [keepGroup(turn, { ...group, isBroken: true })])
  const { epoch, text, secrets } = made
  const about = { id: freshId(turn), timestamp: seconds(turn), epoch, text }
  const pending: Handshake =
    proposal === null
      ? { ...about, kind: kind === 'remove' ? 'remove' : 'renew', to: everybody(turn, peer) }
      : { ...about, kind: 'change', to: everybodyAfter(turn, peer, proposal.info), ...proposal }
  const write = keepGroup(turn, { ...group, pending, stage: 'storing' })
  endStep(turn, [...secrets, write], { type: 'event', event: { type: 'handshake stored', group: id } })
}

/** Who goes is told too, and who comes. */
const everybodyAfter = (turn: Turn, { many }: Peer, info: Info): Handshake['to'] =>
  everybodyIn(turn, info, many === undefined ? [] : many.info.members.map(({ account }) => account))
