import { isAfter } from './places.ts'
import type { GroupRow, KeyFacts, Peer, Write } from './rows.ts'
import type { Group } from './state.ts'
import type { After, Trust, Trusted } from './events.ts'
import { roleOf } from './many/info.ts'
import type { Info } from './many/info.ts'
import type { KnownGroups } from './events.ts'
import { commit, isOwn, lower, patch, peerOf } from './turn.ts'
import type { Turn } from './turn.ts'

/** A conversation's groups. The one whose beginning stands last is current; the others are read and not written in. */

const groupWrite = (group: Group): Write => {
  const { id, number, epoch, members, keys, place, isBroken, renewedAt, pending, version, lacking } = group
  const row: GroupRow = { id, number, epoch, members, keys, place, isBroken, renewedAt, pending }
  const rest = lacking === undefined ? row : { ...row, lacking }
  const value: GroupRow = version === undefined ? rest : { ...rest, version }
  return { table: 'groups', key: [id], value }
}

/** Takes a changed group over. @returns what puts it on disk */
export function keepGroup(turn: Turn, group: Group): Write {
  patch(turn, { groups: new Map(turn.state.groups).set(group.id, group) })
  return groupWrite(group)
}

export const secretKinds = ['steady', 'moving', 'pending', 'keys'] as const

/** @returns what takes it from the disk */
export function dropGroup(turn: Turn, id: string): readonly Write[] {
  const groups = new Map(turn.state.groups)
  groups.delete(id)
  patch(turn, { groups })
  return [
    { table: 'groups', key: [id], value: null },
    ...secretKinds.map((kind): Write => ({ table: 'secrets', key: [kind, id], value: null })),
  ]
}

const groupsOf = (turn: Turn, number: number): readonly Group[] =>
  [...turn.state.groups.values()].filter((group) => group.number === number)

/**
 * The latest of a conversation that was accepted, whether anything can be sealed in it or not. Of many only where it is what it is by now: one that
 * was begun, or changed, without knowing of a change stands behind it.
 */
export function latestGroup(turn: Turn, number: number): Group | null {
  const version = peerOf(turn, number)?.many?.info.version
  let latest: Group | null = null
  for (const group of groupsOf(turn, number)) {
    if (group.place === null || group.version !== version) continue
    const best = latest?.place ?? null
    if (best === null || isAfter(group.place, best)) latest = group
  }
  return latest
}

/** The one to write in; null: there is none, or it is over. */
export function currentGroup(turn: Turn, peer: Peer): Group | null {
  const group = latestGroup(turn, peer.number)
  return group !== null && !group.isBroken && hasPresentKeys(turn, group, peer) ? group : null
}

/** A group is for the keys under which it was begun. */
const hasPresentKeys = (turn: Turn, { keys, members }: Group, peer: Peer): boolean => {
  if (keys[lower(turn.state.own.username)] !== turn.state.own.fingerprint) return false
  if (peer.many === undefined) return peer.pinned !== null && keys[lower(peer.name)] === peer.pinned.fingerprint
  const { info } = peer.many
  return members.every(({ account }) => {
    if (isOwn(turn, account) || roleOf(info, account) === null) return true
    return keys[account] === turn.state.peers.get(account)?.pinned?.fingerprint
  })
}

/** One that waits to be accepted. */
export const unbornGroup = (turn: Turn, number: number): Group | undefined =>
  groupsOf(turn, number).find((group) => group.place === null)

/** Nothing can be sealed while an own commit is under way, or somebody's has not come yet. */
export const isSettled = ({ pending, epoch, behind }: Group): boolean => pending === null && epoch >= behind

/** Nothing of ours is between being sealed and being answered. */
export function isQuiet(turn: Turn, { number }: Group): boolean {
  const peer = peerOf(turn, number)
  if (peer === undefined) return false
  const busy = new Set(['sealing', 'storing', 'flying'])
  return !turn.state.outbox.some(({ to, stage }) => to === lower(peer.name) && busy.has(stage))
}

/** So many groups of a conversation are kept: what was on its way in an older one can still be read. */
const MOST_GROUPS = 4

export function forgetOldGroups(turn: Turn, number: number): readonly Write[] {
  const accepted = groupsOf(turn, number).filter(({ place }) => place !== null)
  const sorted = accepted.toSorted((a, b) =>
    a.place !== null && b.place !== null && isAfter(a.place, b.place) ? -1 : 1,
  )
  return sorted.slice(MOST_GROUPS).flatMap(({ id }) => dropGroup(turn, id))
}

/** @returns what takes all groups of a conversation from the disk: this account is not in it any more */
export const dropGroupsOf = (turn: Turn, number: number): readonly Write[] =>
  groupsOf(turn, number).flatMap(({ id }) => dropGroup(turn, id))

/** What is known of groups of many, for a step that judges others' commits. */
export function knownGroups(turn: Turn): KnownGroups {
  const infos = new Map<string, Info>()
  const of = new Map<string, { readonly id: string; readonly version: number }>()
  for (const { many } of turn.state.peers.values()) if (many !== undefined) infos.set(many.info.id, many.info)
  const numbers = new Map([...turn.state.peers.values()].map((peer) => [peer.number, peer.many?.info.id]))
  for (const { id, number, version = 0 } of turn.state.groups.values()) {
    const known = numbers.get(number)
    if (known !== undefined) of.set(id, { id: known, version })
  }
  return { infos, of }
}

/** Whom to believe: the keys that are pinned, one's own, and what the server has just presented. */
export function trustOf(turn: Turn, asked: ReadonlyMap<string, KeyFacts | null> = new Map()): Trust {
  const { own, peers } = turn.state
  const trust = new Map<string, Trusted>()
  for (const name of new Set([...peers.keys(), ...asked.keys()])) {
    const trusted = trustedOf(peers.get(name), asked.get(name))
    if (trusted !== null) trust.set(name, trusted)
  }
  return trust.set(lower(own.username), { keys: [own.publicKey], earlier: [], voucher: null })
}

/** @param asked undefined: not asked for */
function trustedOf(peer: Peer | undefined, asked: KeyFacts | null | undefined): Trusted | null {
  const usable = (facts: KeyFacts | null): KeyFacts | null => (facts?.canSeal === true ? facts : null)
  const [pinned, presented] = [usable(peer?.pinned ?? null), usable(asked ?? null)]
  const keys = [pinned, presented].flatMap((facts) => facts?.publicKey ?? [])
  if (keys.length === 0) return null
  // Learning a new key goes before remembering an old one. One that waits for the person's word vouches for nothing.
  const earlier = asked === undefined ? [] : (peer?.earlier ?? [])
  const isTrusted = pinned === null || pinned.fingerprint === presented?.fingerprint
  const voucher = isTrusted ? (presented?.publicKey ?? null) : null
  return { keys: [...new Set(keys)], earlier, voucher }
}

/** Behind the commit of what came of a step. */
export const STEPPED: After = { type: 'event', event: { type: 'stepped' } }

export const beginStep = (turn: Turn): void => patch(turn, { isStepping: true })

/** Writes what came of a step; the next may begin when it is on disk. */
export const endStep = (turn: Turn, writes: readonly Write[], ...after: readonly After[]): void =>
  commit(turn, writes, ...after, STEPPED)

export const findHandshake = (turn: Turn, id: string): Group | undefined =>
  [...turn.state.groups.values()].find(({ pending }) => pending?.id === id)

/** Something was sent or read there: keys that are due are renewed. */
export const stir = (turn: Turn, number: number): void => {
  if (!turn.state.active.has(number)) patch(turn, { active: new Set(turn.state.active).add(number) })
}
