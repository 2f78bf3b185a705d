import type { ProposalWithSender } from 'ts-mls/unappliedProposals.js'
import type { GroupContext } from 'ts-mls/groupContext.js'
import type { RatchetTree } from 'ts-mls/ratchetTree.js'
import { sameOwner } from './credential.ts'
import type { Owner } from './credential.ts'
import { ConversationError } from './errors.ts'
import { constantTimeEqual } from './library.ts'
import { ownerOf, seatsOf } from './tree.ts'
import type { Seat, Seats } from './tree.ts'

/**
 * The rules of a conversation, looked at on every commit before its result is kept, our own included. MLS (RFC 9420) lets members agree
 * on nearly anything; what is not named here is refused:
 *
 * - a commit adds devices, or removes devices, or renews its maker's keys; never two of these;
 * - only the maker's leaf changes, and nobody's leaf changes its owner or its signature key;
 * - an external join brings in one device of an account that is already in, and removes at most that same device's former leaf;
 * - at most 200 devices, each once.
 */

export const MAX_DEVICES = 200

export interface Change {
  readonly by: Owner
  readonly added: readonly Owner[]
  readonly removed: readonly Owner[]
  /** The maker let itself in, as a further device of its account. */
  readonly isExternal: boolean
}

/** Before and after. `maker`: the leaf that made the commit; null for an external join. */
export interface Step {
  readonly before: RatchetTree
  readonly after: RatchetTree
  readonly maker: number | null
}

type Kind = 'add' | 'remove' | 'external_init'

/** Of what a commit may consist, before it is looked at what it does. @throws ConversationError `not_allowed` */
export function checkProposals(proposals: readonly ProposalWithSender[], isExternal: boolean): void {
  const kinds = new Set<Kind>()
  for (const { proposal } of proposals) {
    const { proposalType } = proposal
    if (proposalType !== 'add' && proposalType !== 'remove' && proposalType !== 'external_init') refuse()
    else kinds.add(proposalType)
  }
  if (isExternal ? !kinds.has('external_init') || kinds.has('add') : kinds.has('external_init') || kinds.size > 1)
    refuse()
}

/** @throws ConversationError `not_allowed`, `too_many_devices`, `not_a_member` */
export function checkChange({ before, after, maker }: Step): Change {
  const [old, now] = [seatsOf(before), seatsOf(after)]
  checkSeats(now)
  const isKept = (index: number): boolean => isKeptSeat(old.get(index), now.get(index), index === maker)
  const added = [...now].filter(([index]) => !isKept(index))
  const removed = [...old].filter(([index]) => !isKept(index))
  const by = maker === null ? checkNewcomer(old, added, removed) : checkMaker(old, now, maker)
  // Somebody else in a seat that stays taken would be a change of owner dressed up as a removal and an addition.
  if (maker !== null && removed.some(([index]) => now.has(index))) refuse()
  return {
    by,
    added: added.map(([, seat]) => ownerOf(seat)),
    removed: removed.map(([, seat]) => ownerOf(seat)),
    isExternal: maker === null,
  }
}

/** What a commit may not touch besides the tree. @throws ConversationError `not_allowed` */
export function checkContext(before: GroupContext, after: GroupContext): void {
  const isSame =
    before.cipherSuite === after.cipherSuite &&
    before.version === after.version &&
    after.extensions.length === 0 &&
    constantTimeEqual(before.groupId, after.groupId)
  if (!isSame) refuse()
}

/** At most 200, each device once. @throws ConversationError `not_allowed`, `too_many_devices` */
export function checkSeats(seats: Seats): void {
  if (seats.size > MAX_DEVICES) throw new ConversationError('too_many_devices')
  if (new Set([...seats.values()].map(({ account, device }) => `${account}/${device}`)).size < seats.size) refuse()
}

const refuse = (): never => {
  throw new ConversationError('not_allowed')
}

const checkMaker = (old: Seats, now: Seats, maker: number): Owner => {
  const seat = old.get(maker)
  if (seat === undefined) throw new ConversationError('not_a_member')
  if (!isKeptSeat(seat, now.get(maker), true)) refuse()
  return ownerOf(seat)
}

type Seated = readonly (readonly [number, Seat])[]

const checkNewcomer = (old: Seats, added: Seated, removed: Seated): Owner => {
  const [newcomer, second] = added
  if (newcomer === undefined || second !== undefined || removed.length > 1) return refuse()
  const [, seat] = newcomer
  if (![...old.values()].some(({ account }) => account === seat.account)) refuse()
  if (removed.some(([, former]) => !sameOwner(former, seat))) refuse()
  return ownerOf(seat)
}

/** The same leaf; for the maker of the commit, the same device with the same signature key. */
const isKeptSeat = (a: Seat | undefined, b: Seat | undefined, isMaker: boolean): boolean => {
  if (a === undefined || b === undefined) return false
  if (a.leaf === b.leaf) return true
  const sameKey = constantTimeEqual(a.leaf.signaturePublicKey, b.leaf.signaturePublicKey)
  return sameOwner(a, b) && sameKey && (isMaker || constantTimeEqual(a.leaf.signature, b.leaf.signature))
}
