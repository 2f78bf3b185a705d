import type { Pins } from './credential.ts'
import type { Device } from './device.ts'
import { ConversationError } from './errors.ts'
import { makeJudge } from './judge.ts'
import { makeKeyPackage, privateKeysOf, welcomedKeyPackages } from './key-package.ts'
import type { KeyPackagePair } from './key-package.ts'
import {
  createGroupInfoWithExternalPubAndRatchetTree,
  emptyPskIndex,
  joinGroup,
  joinGroupExternal,
  ratchetTreeFromExtension,
} from './library.ts'
import { makePending } from './pending.ts'
import type { Pending } from './pending.ts'
import { checkChange, checkContext, checkSeats } from './policy.ts'
import { settle, stateOf } from './state.ts'
import type { Conversation } from './state.ts'
import { suite } from './suite.ts'
import { findSeat, seatsOf } from './tree.ts'
import { readWire, writeWire } from './wire.ts'
import { attempt } from './attempt.ts'

/** How a device comes in: somebody's welcome (RFC 9420 section 12.4.3.1), or by itself (section 12.4.3.2). */

/**
 * Whoever invites chooses the conversation's id. One that this device has already is a second beginning: look at it before it takes a place.
 * @param pair the key package that the welcome names (`welcomedKeyPackages`); delete it afterwards unless it is the last resort
 * @param pins of all accounts in the conversation
 * @throws ConversationError `not_for_us`, `not_pinned` (with all accounts that are wanted), `not_vouched`, `forged`, `not_allowed`
 */
export async function joinByWelcome(welcome: Uint8Array, pair: KeyPackagePair, pins: Pins): Promise<Conversation> {
  const read = await readWire('welcome', welcome)
  if (!(await welcomedKeyPackages(welcome)).includes(pair.id)) throw new ConversationError('not_for_us')
  const { published, secrets } = privateKeysOf(pair)
  const judge = makeJudge(pins)
  const state = await judge.preside('forged', async () =>
    joinGroup(read.welcome, published, secrets, emptyPskIndex, await suite(), undefined, undefined, judge.config),
  )
  checkContext(state.groupContext, state.groupContext)
  checkSeats(seatsOf(state.ratchetTree))
  return settle(state)
}

/**
 * What another device of a member's account needs to come in by itself. It names all members: give it to that device alone, encrypted,
 * and never to one that was removed, since it would be in again. Good for this epoch.
 */
export async function groupInfo(conversation: Conversation): Promise<Uint8Array> {
  const info = await createGroupInfoWithExternalPubAndRatchetTree(stateOf(conversation), [], await suite())
  return writeWire('groupInfo', { wireformat: 'mls_group_info', groupInfo: info })
}

/**
 * Comes in by itself: as a further device of an account that is in, or once more in the place of this same device, when its state was lost.
 * @param info from `groupInfo` of a member
 * @param options `pins` of all accounts in the conversation; `now` in Unix seconds
 * @throws ConversationError `not_allowed` when the account is not in; otherwise like `joinByWelcome`
 */
export async function joinExternally(
  device: Device,
  info: Uint8Array,
  options: { readonly pins: Pins; readonly now: number },
): Promise<Pending> {
  const { groupInfo: read } = await readWire('groupInfo', info)
  const before = await attempt('unreadable', async () => ratchetTreeFromExtension(read))
  if (before === undefined) throw new ConversationError('unreadable')
  // The library, told to take the place of a device that is not in, would look for it for ever.
  const isBack = findSeat(before, device) !== null
  const { published, secrets } = privateKeysOf(await makeKeyPackage(device, { now: options.now, days: 1 }))
  const judge = makeJudge(options.pins)
  const { newState, publicMessage } = await judge.preside('forged', async () =>
    joinGroupExternal(read, published, secrets, isBack, await suite(), undefined, judge.config),
  )
  checkContext(read.groupContext, newState.groupContext)
  const change = checkChange({ before, after: newState.ratchetTree, maker: null })
  return makePending(
    {
      epoch: Number(read.groupContext.epoch),
      commit: writeWire('commit', { wireformat: 'mls_public_message', publicMessage }),
      welcome: null,
      change,
    },
    { state: newState, spent: [], base: null },
  )
}
