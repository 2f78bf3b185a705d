import type { ClaimedPackage } from '../state.ts'
import type { Member, Peer, Write } from '../rows.ts'
import type { Event, GroupChange } from '../events.ts'
import { askForGroup } from '../begin.ts'
import { beginStep, currentGroup, isQuiet, isSettled, trustOf } from '../groups.ts'
import type { Group } from '../state.ts'
import { commit, effect, lower, patch, peerOf, peerWrite, random, setPeer } from '../turn.ts'
import type { Turn } from '../turn.ts'
import { roleOf } from './info.ts'
import { changed, withMembers, without, withRole } from './value.ts'
import type { Info, Role } from './info.ts'
import { manyOf } from './peers.ts'

/**
 * What is to be done in a group of many. A wish lies on disk until a commit that carries it out was accepted, or there is nothing left to do
 * of it: whoever comes too late with a commit looks at the wish again.
 */
export type Wish =
  | { readonly type: 'add'; readonly accounts: readonly string[]; readonly packages: readonly ClaimedPackage[] }
  /** A member has devices that are not in. */
  | { readonly type: 'devices'; readonly account: string }
  | { readonly type: 'remove'; readonly account: string }
  | { readonly type: 'role'; readonly account: string; readonly role: Role }
  | { readonly type: 'title'; readonly title: string }
  | { readonly type: 'picture'; readonly picture: string | null }
  | { readonly type: 'leave' }
  /** Takes out own devices that are not this account's any more. */
  | { readonly type: 'gone'; readonly devices: readonly string[] }
  /** Takes out the devices of those who have left. */
  | { readonly type: 'tidy' }

const same = (a: Wish, b: Wish): boolean => JSON.stringify(a) === JSON.stringify(b)

/** @returns what puts it on disk */
export function addWish(turn: Turn, peer: Peer, wish: Wish): readonly Write[] {
  const many = manyOf(turn, peer)
  if (many === null || many.wishes.some((one) => same(one, wish))) return []
  return [peerWrite(setPeer(turn, { ...peer, many: { ...many, wishes: [...many.wishes, wish] } }))]
}

/** @returns what puts it on disk */
export function dropWish(turn: Turn, number: number, wish: Wish): readonly Write[] {
  const peer = peerOf(turn, number)
  if (peer?.many === undefined) return []
  const wishes = peer.many.wishes.filter((one) => !same(one, wish))
  if (wishes.length === peer.many.wishes.length) return []
  return [peerWrite(setPeer(turn, { ...peer, many: { ...peer.many, wishes } }))]
}

/** Takes the next step of what is wished, one for each group, when no other step is being taken. */
export function pumpWishes(turn: Turn): void {
  for (const peer of turn.state.peers.values()) {
    if (turn.state.isStepping) return
    if (peer.many?.isIn === true) pumpOne(turn, peer, peer.many.info)
  }
}

function pumpOne(turn: Turn, { number, many }: Peer, info: Info): void {
  for (const wish of many?.wishes ?? []) {
    const peer = peerOf(turn, number)
    if (peer === undefined) return
    const group = currentGroup(turn, peer)
    if (group === null) return askForGroup(turn, peer)
    if (!isSettled(group) || !isQuiet(turn, group)) return
    const next = isFirstTidied(info, group, wish) ? wish : TIDY
    const plan = planOf(turn, { info, group, wish: next })
    if (plan === 'later') return
    if (plan !== null) return propose(turn, group, { ...plan, wish: next })
    commit(turn, dropWish(turn, number, wish))
  }
}

const TIDY: Wish = { type: 'tidy' }

/** Who comes in is not welcomed into a tree with devices of those who have left. */
const isFirstTidied = (info: Info, { members }: Group, { type }: Wish): boolean =>
  (type !== 'add' && type !== 'devices') || members.every(({ account }) => roleOf(info, account) !== null)

interface Plan {
  readonly change: GroupChange
  readonly info: Info
}

interface Wished {
  readonly info: Info
  readonly group: Group
  readonly wish: Wish
}

/** Null: there is nothing to do, or nothing that this account may do. */
function planOf(turn: Turn, { info, group, wish }: Wished): Plan | 'later' | null {
  const own = lower(turn.state.own.username)
  const role = roleOf(info, own)
  if (role === null) return null
  switch (wish.type) {
    case 'devices':
      return planDevices(turn, { info, group, wish })
    case 'tidy':
      return removal(group, ({ account }) => roleOf(info, account) === null, info)
    case 'gone':
      return removal(group, ({ account, device }) => account === own && wish.devices.includes(device), info)
    case 'leave':
      return { change: { type: 'renew' }, info: without(info, [own]) }
    case 'add':
    case 'remove':
    case 'role':
    case 'title':
    case 'picture':
      return role === 'owner' ? planOfOwner(turn, { info, group, wish }) : null
  }
}

function planOfOwner(turn: Turn, { info, group, wish }: Wished): Plan | null {
  switch (wish.type) {
    case 'add':
      return planAdding(turn, { info, group }, wish)
    case 'remove': {
      if (roleOf(info, wish.account) === null) return null
      const next = without(info, [wish.account])
      return removal(group, ({ account }) => account === wish.account, next) ?? renewal(info, next)
    }
    case 'role':
      return renewal(info, withRole(info, wish.account, wish.role))
    case 'title':
      return renewal(info, changed(info, { title: wish.title }))
    case 'picture':
      return renewal(info, changed(info, { picture: wish.picture }))
    case 'devices':
    case 'gone':
    case 'leave':
    case 'tidy':
      return null
  }
}

const renewal = (before: Info, info: Info): Plan | null =>
  before === info ? null : { change: { type: 'renew' }, info }

function removal({ members }: Group, isMeant: (member: Member) => boolean, info: Info): Plan | null {
  const meant = members.filter(isMeant)
  return meant.length === 0 ? null : { change: { type: 'remove', members: meant }, info }
}

function planAdding(
  turn: Turn,
  { info, group }: Pick<Wished, 'info' | 'group'>,
  { accounts, packages }: Extract<Wish, { readonly type: 'add' }>,
): Plan | null {
  const wanted = packages.filter((one) => accounts.includes(one.account) && !isSeated(group, one))
  const next = withMembers(info, accounts)
  if (wanted.length === 0) return renewal(info, next)
  return { change: { type: 'add', packages: wanted, trust: trustOf(turn) }, info: next }
}

const isSeated = ({ members }: Group, { account, device }: Member): boolean =>
  members.some((one) => one.account === account && one.device === device)

/** Its key packages are asked for first. */
function planDevices(
  turn: Turn,
  { info, group, wish }: Omit<Wished, 'wish'> & { readonly wish: Extract<Wish, { readonly type: 'devices' }> },
): Plan | 'later' | null {
  const { account } = wish
  if (roleOf(info, account) === null) return null
  const claim = turn.state.claims.get(group.number)
  if (claim?.account !== account) {
    setClaim(turn, group.number, { account, packages: null })
    effect(turn, { type: 'claim', number: group.number, names: [account], for: 'wish' })
    return 'later'
  }
  if (claim.packages === null) return 'later'
  const self = { account: lower(turn.state.own.username), device: turn.state.own.deviceId }
  const isSelf = (one: Member): boolean => one.account === self.account && one.device === self.device
  const packages = claim.packages.filter((one) => !isSeated(group, one) && !isSelf(one))
  setClaim(turn, group.number, null)
  return packages.length === 0 ? null : { change: { type: 'add', packages, trust: trustOf(turn) }, info }
}

function setClaim(
  turn: Turn,
  number: number,
  claim: { readonly account: string; readonly packages: readonly ClaimedPackage[] | null } | null,
): void {
  const claims = new Map(turn.state.claims)
  if (claim === null) claims.delete(number)
  else claims.set(number, claim)
  patch(turn, { claims })
}

const AGAIN_MS = 20_000

export function onClaimedForWish(turn: Turn, { number, result }: Extract<Event, { readonly type: 'claimed' }>): void {
  const claim = turn.state.claims.get(number)
  if (claim === undefined) return
  if (result.outcome === 'unavailable') return effect(turn, { type: 'timer', name: `claim ${number}`, ms: AGAIN_MS })
  setClaim(turn, number, { ...claim, packages: result.outcome === 'claimed' ? result.packages : [] })
}

/** The server did not answer: asked again. */
export const onClaimTimer = (turn: Turn, name: string): void =>
  setClaim(turn, Number(name.replace(/^claim /, '')), null)

function propose(turn: Turn, group: Group, { change, info, wish }: Plan & { readonly wish: Wish }): void {
  beginStep(turn)
  patch(turn, { proposal: { info, wish } })
  effect(turn, { type: 'propose', group: group.id, change, info })
}

/** Who has left is taken out by whoever is first; so that not all do it at once, each a little later than at once. */
const TIDY_MS = 2_000

export function armTidy(turn: Turn, { number, members }: Group): void {
  const info = peerOf(turn, number)?.many?.info
  if (info === undefined || members.every(({ account }) => roleOf(info, account) !== null)) return
  effect(turn, { type: 'timer', name: `tidy ${number}`, ms: Math.ceil(100 + TIDY_MS * random(turn)) })
}

export function onTidyTimer(turn: Turn, name: string): void {
  const peer = peerOf(turn, Number(name.replace(/^tidy /, '')))
  if (peer?.many?.isIn === true) commit(turn, addWish(turn, peer, { type: 'tidy' }))
}
