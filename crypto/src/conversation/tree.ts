import type { LeafNode } from 'ts-mls/leafNode.js'
import type { RatchetTree } from 'ts-mls/ratchetTree.js'
import { readCredential } from './credential.ts'
import type { Owner } from './credential.ts'
import { ConversationError } from './errors.ts'

/** Who sits where in a ratchet tree (RFC 9420 section 4): leaf n is node 2n. */

export interface Seat extends Owner {
  readonly leaf: LeafNode
}

/** By leaf index. */
export type Seats = ReadonlyMap<number, Seat>

const known = new WeakMap<RatchetTree, Seats>()

/** @throws ConversationError when a leaf's credential is not of our form */
export function seatsOf(tree: RatchetTree): Seats {
  const before = known.get(tree)
  if (before !== undefined) return before
  const seats = new Map<number, Seat>()
  for (const [index, node] of tree.entries()) {
    if (node?.nodeType !== 'leaf') continue
    const { account, device } = readCredential(node.leaf.credential)
    seats.set(index / 2, { account, device, leaf: node.leaf })
  }
  known.set(tree, seats)
  return seats
}

export const ownerOf = ({ account, device }: Owner): Owner => ({ account, device })

/** @throws ConversationError `not_a_member` for a blank or missing leaf */
export function seatAt(tree: RatchetTree, index: number): Seat {
  const seat = seatsOf(tree).get(index)
  if (seat === undefined) throw new ConversationError('not_a_member')
  return seat
}

/** The leaf index of a device, or null. */
export function findSeat(tree: RatchetTree, owner: Owner): number | null {
  for (const [index, { account, device }] of seatsOf(tree)) {
    if (account === owner.account && device === owner.device) return index
  }
  return null
}
