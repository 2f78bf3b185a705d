import type { Member } from '../rows.ts'
import { roleOf } from './info.ts'
import { sameInfo, without } from './value.ts'
import type { Info } from './info.ts'

/**
 * Who may do what in a group of many. Every device asks this of every commit and every beginning before it keeps the result, with what it
 * knew before; the server and MLS itself have no say in it.
 *
 * - An owner may change everything: who is in, who owns it, its name and picture.
 * - A member may leave; and bring in a device that a member's account has signed for, which changes nobody's membership.
 * - Devices are removed by their own account, or by anybody when their account is not in any more, or with its account by an owner.
 * - Who is not in may do nothing.
 */

/** What a commit does to the tree. */
export interface TreeChange {
  /** Account of the device that made it. */
  readonly by: string
  readonly added: readonly Member[]
  readonly removed: readonly Member[]
  /** A device let itself in: nobody may, here. */
  readonly isExternal: boolean
}

/** @param after what the commit says that the group is from now on */
export function mayChange(before: Info, after: Info, { by, added, removed, isExternal }: TreeChange): boolean {
  const role = roleOf(before, by)
  if (role === null || isExternal || !mayFollow(before, after)) return false
  const isOwner = role === 'owner'
  const mayAdd = ({ account }: Member): boolean =>
    roleOf(after, account) !== null && (isOwner || roleOf(before, account) !== null)
  const mayRemove = ({ account }: Member): boolean =>
    account === by || roleOf(before, account) === null || (isOwner && roleOf(after, account) === null)
  if (!added.every(mayAdd) || !removed.every(mayRemove)) return false
  return isOwner || sameInfo(before, after) || sameInfo(without(before, [by]), after)
}

/** The same group, as it was or one change further. */
const mayFollow = (before: Info, after: Info): boolean =>
  before.id === after.id && (sameInfo(before, after) || after.version === before.version + 1)

/**
 * Whether a welcome is believed: somebody begins the group, begins it afresh, or lets this device in.
 * - Of a group that this device has not heard of, anybody may say what it is, as anybody may write to anybody.
 * - Of one that it knows: its own account's devices; members, if they change nothing; owners also when they know of later changes.
 * - Nobody goes back behind what is known: who was removed stays so.
 *
 * @param known what this device knows of it; null: nothing
 * @param by account of who sends the welcome
 * @param own the account of this device
 */
export function mayBegin(
  known: Info | null,
  info: Info,
  { by, own }: { readonly by: string; readonly own: string },
): boolean {
  if (roleOf(info, by) === null || roleOf(info, own) === null) return false
  if (known === null) return true
  if (known.id !== info.id || info.version < known.version) return false
  if (by === own) return true
  const role = roleOf(known, by)
  return role !== null && (sameInfo(known, info) || (role === 'owner' && info.version > known.version))
}

/** Whether this device itself is rightly out. What else the commit did only those see who are in. */
export const mayPutOut = (before: Info, by: string, own: string): boolean =>
  by === own || roleOf(before, by) === 'owner' || (roleOf(before, own) === null && roleOf(before, by) !== null)
