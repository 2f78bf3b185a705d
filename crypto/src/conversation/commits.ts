import type { ClientState } from 'ts-mls/clientState.js'
import type { Proposal } from 'ts-mls/proposal.js'
import { attempt } from './attempt.ts'
import { sameOwner } from './credential.ts'
import type { Owner, Pins } from './credential.ts'
import type { Device } from './device.ts'
import { ConversationError } from './errors.ts'
import { CONFIG_ALONE, makeJudge } from './judge.ts'
import type { Judge } from './judge.ts'
import { makeKeyPackage, openKeyPackage, privateKeysOf } from './key-package.ts'
import { createCommit, createGroup } from './library.ts'
import { makePending } from './pending.ts'
import type { Pending } from './pending.ts'
import { checkChange, MAX_DEVICES } from './policy.ts'
import { settle, stateOf } from './state.ts'
import type { Conversation } from './state.ts'
import { suite } from './suite.ts'
import { findSeat } from './tree.ts'
import { writeWire } from './wire.ts'

/** What a member can change (RFC 9420 section 12). Everything but `createConversation` is pending until the server accepted it. */

const ID_BYTES = 16

/** The first bit of a conversation's id says whether it is a group of many: nobody can take one kind for the other, whoever welcomes them. */
const MANY = 0x80

/**
 * A conversation with one device in it.
 * @param now Unix seconds
 * @param isOfMany of many people, not of two; every device can tell by the id (`isOfMany`)
 */
export async function createConversation(device: Device, now: number, isOfMany = false): Promise<Conversation> {
  const { published, secrets } = privateKeysOf(await makeKeyPackage(device, { now, days: 1 }))
  const id = crypto.getRandomValues(new Uint8Array(ID_BYTES))
  id[0] = isOfMany ? (id[0] ?? 0) | MANY : (id[0] ?? 0) & ~MANY
  return settle(await createGroup(id, published, secrets, [], await suite(), CONFIG_ALONE))
}

/**
 * Adds devices, of one person or of several: all of them get the one welcome.
 * @param keyPackages as the server handed them out; looked at here
 * @param options `pins` with the accounts of all who are added; `now` in Unix seconds, null where no clock can be trusted
 * @throws ConversationError `already_member`, `too_many_devices`, and those of `readKeyPackage`
 */
export async function addDevices(
  conversation: Conversation,
  keyPackages: readonly Uint8Array[],
  options: { readonly pins: Pins; readonly now: number | null },
): Promise<Pending> {
  const { pins, now } = options
  if (keyPackages.length === 0) throw new ConversationError('not_allowed')
  if (conversation.members.length + keyPackages.length > MAX_DEVICES) throw new ConversationError('too_many_devices')
  const read = await Promise.all(keyPackages.map((bytes) => openKeyPackage(bytes, pins, now)))
  const isTwice = read.some(({ info }, at) => read.some((other, index) => index < at && sameOwner(info, other.info)))
  const isIn = read.some(({ info }) => conversation.members.some((member) => sameOwner(member, info)))
  if (isTwice || isIn) throw new ConversationError('already_member')
  const proposals = read.map(({ keyPackage }): Proposal => ({ proposalType: 'add', add: { keyPackage } }))
  return commit(conversation, proposals, makeJudge(pins))
}

/**
 * Removes devices; all devices of an account to remove a person.
 * @throws ConversationError `not_a_member`; `not_allowed` for this device itself: others have to let it go
 */
export async function removeDevices(conversation: Conversation, owners: readonly Owner[]): Promise<Pending> {
  const { ratchetTree } = stateOf(conversation)
  if (owners.length === 0 || owners.some((owner) => sameOwner(owner, conversation.self))) {
    throw new ConversationError('not_allowed')
  }
  const proposals = owners.map((owner): Proposal => {
    const removed = findSeat(ratchetTree, owner)
    if (removed === null) throw new ConversationError('not_a_member')
    return { proposalType: 'remove', remove: { removed } }
  })
  return commit(conversation, proposals)
}

/** Renews this device's keys: who had stolen its state before is out again. */
export const updateKeys = (conversation: Conversation): Promise<Pending> => commit(conversation, [])

/** @param judge for what asks about people; without it nobody can be added */
async function commit(conversation: Conversation, proposals: Proposal[], judge?: Judge): Promise<Pending> {
  const before = stateOf(conversation)
  const state: ClientState = { ...before, clientConfig: judge?.config ?? CONFIG_ALONE }
  const make = async () =>
    createCommit(
      { state, cipherSuite: await suite() },
      { extraProposals: proposals, ratchetTreeExtension: true, wireAsPublicMessage: false },
    )
  const made = await (judge === undefined ? attempt('not_allowed', make) : judge.preside('not_allowed', make))
  if (made.commit.wireformat !== 'mls_private_message') throw new ConversationError('not_allowed')
  const { ratchetTree, privatePath } = before
  const change = checkChange({ before: ratchetTree, after: made.newState.ratchetTree, maker: privatePath.leafIndex })
  const { privateMessage } = made.commit
  const welcome = made.welcome === undefined ? null : made.welcome
  return makePending(
    {
      epoch: conversation.epoch,
      commit: writeWire('commit', { wireformat: 'mls_private_message', privateMessage }),
      welcome: welcome === null ? null : writeWire('welcome', { wireformat: 'mls_welcome', welcome }),
      change,
    },
    { state: made.newState, spent: made.consumed, base: conversation },
  )
}
