import type { ClientState } from 'ts-mls/clientState.js'
import type { EpochReceiverData } from 'ts-mls/epochReceiverData.js'
import { base64url } from 'jose'
import { attempt } from './attempt.ts'
import type { Owner } from './credential.ts'
import { ConversationError } from './errors.ts'
import { CONFIG_ALONE } from './judge.ts'
import { createApplicationMessage, decryptSenderData, unprotectPrivateMessage } from './library.ts'
import type { Spent } from './pending.ts'
import { moveOn, stateOf } from './state.ts'
import type { Conversation } from './state.ts'
import { suite } from './suite.ts'
import { findSeat, ownerOf, seatAt } from './tree.ts'
import { readWire, writeWire } from './wire.ts'
import type { WireOf } from './wire.ts'

/** Messages (RFC 9420 section 6.3). */

type PrivateMessage = WireOf<'message'>['privateMessage']

export interface Sealed {
  readonly conversation: Conversation
  readonly message: Uint8Array
  readonly spent: Spent
}

export interface ReceivedMessage {
  readonly kind: 'message'
  readonly conversation: Conversation
  readonly from: Owner
  /** The epoch that it was sealed in: the present one or the one before. */
  readonly epoch: number
  readonly bytes: Uint8Array
  readonly spent: Spent
}

/** What one message holds at most; sealed it takes 48 KiB, and 64 KiB as text. */
export const MAX_MESSAGE_BYTES = 48_000
/** A message's own signature and lengths. */
const FRAME_BYTES = 72
const BUCKETS = [256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, MAX_MESSAGE_BYTES + FRAME_BYTES]

/**
 * Seals bytes for all other devices of the conversation. The size that shows is one of nine.
 * Write the new conversation before the message is sent: a key that seals twice protects neither.
 * @throws ConversationError `too_large`
 */
export async function sealMessage(conversation: Conversation, bytes: Uint8Array): Promise<Sealed> {
  if (bytes.length > MAX_MESSAGE_BYTES) throw new ConversationError('too_large')
  const padUntilLength = BUCKETS.find((size) => size >= bytes.length + FRAME_BYTES) ?? 0
  const paddingConfig = { kind: 'padUntilLength' as const, padUntilLength }
  const state = { ...stateOf(conversation), clientConfig: { ...CONFIG_ALONE, paddingConfig } }
  const { newState, privateMessage, consumed } = await createApplicationMessage(state, bytes, await suite())
  return {
    conversation: moveOn(conversation, newState),
    message: writeWire('message', { wireformat: 'mls_private_message', privateMessage }),
    spent: consumed,
  }
}

/**
 * Opens a message of the present epoch or of the one before.
 * @throws ConversationError; the conversation is as it was
 */
export async function openMessage(conversation: Conversation, wire: Uint8Array): Promise<ReceivedMessage> {
  const { privateMessage } = await readWire('message', wire)
  if (privateMessage.contentType !== 'application') throw new ConversationError('unreadable')
  const state = stateOf(conversation)
  const epoch = checkPlace(conversation, privateMessage)
  const past = epoch === conversation.epoch ? undefined : state.historicalReceiverData.get(privateMessage.epoch)
  if (past === undefined && epoch !== conversation.epoch) throw new ConversationError('epoch_past')
  const keys = past ?? presentKeys(state)
  const from = await checkSender(state, keys, privateMessage)
  const { content, tree, consumed } = await attempt('forged', async () =>
    unprotectPrivateMessage(
      keys.senderDataSecret,
      privateMessage,
      keys.secretTree,
      keys.ratchetTree,
      keys.groupContext,
      CONFIG_ALONE.keyRetentionConfig,
      await suite(),
    ),
  )
  if (content.content.contentType !== 'application') throw new ConversationError('forged')
  const moved =
    past === undefined
      ? { ...state, secretTree: tree }
      : { ...state, historicalReceiverData: new Map([[privateMessage.epoch, { ...past, secretTree: tree }]]) }
  const bytes = new Uint8Array(content.content.applicationData)
  return { kind: 'message', conversation: moveOn(conversation, moved), from, epoch, bytes, spent: consumed }
}

/**
 * That something belongs here and not to the future. @returns its epoch
 * @throws ConversationError `other_conversation`, `epoch_ahead`
 */
export function checkPlace(
  conversation: Conversation,
  { groupId, epoch }: { readonly groupId: Uint8Array; readonly epoch: bigint },
): number {
  if (base64url.encode(groupId) !== conversation.id) throw new ConversationError('other_conversation')
  if (epoch > BigInt(conversation.epoch)) throw new ConversationError('epoch_ahead')
  return Number(epoch)
}

type ReceivingKeys = Pick<EpochReceiverData, 'senderDataSecret' | 'secretTree' | 'ratchetTree' | 'groupContext'>

export const presentKeys = (state: ClientState): ReceivingKeys => ({
  ...state,
  senderDataSecret: state.keySchedule.senderDataSecret,
})

/**
 * Who sent it, before its content is opened: not this device, still a member, and with a key that is still to come.
 * @throws ConversationError `forged`, `not_a_member`, `own_message`, `already_read`
 */
export async function checkSender(state: ClientState, keys: ReceivingKeys, message: PrivateMessage): Promise<Owner> {
  const sender = await attempt('forged', async () => decryptSenderData(message, keys.senderDataSecret, await suite()))
  if (sender === undefined) throw new ConversationError('forged')
  const from = ownerOf(seatAt(keys.ratchetTree, sender.leafIndex))
  const self = seatAt(state.ratchetTree, state.privatePath.leafIndex)
  if (from.account === self.account && from.device === self.device) throw new ConversationError('own_message')
  // Removed meanwhile: the server took the commit before this message, so it was sent after it.
  if (findSeat(state.ratchetTree, from) === null) throw new ConversationError('not_a_member')
  const ratchets = keys.secretTree[sender.leafIndex * 2]
  const ratchet = message.contentType === 'application' ? ratchets?.application : ratchets?.handshake
  if (ratchet !== undefined && sender.generation < ratchet.generation) throw new ConversationError('already_read')
  return from
}
