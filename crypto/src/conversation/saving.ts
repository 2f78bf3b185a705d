import type { ClientState } from 'ts-mls/clientState.js'
import type { Decoder } from 'ts-mls/codec/tlsDecoder.js'
import type { EpochReceiverData } from 'ts-mls/epochReceiverData.js'
import type { SecretTree } from 'ts-mls/secretTree.js'
import { openBytes, sealBytes } from '../box.ts'
import type { Bytes } from '../bytes.ts'
import { attempt } from './attempt.ts'
import { ConversationError } from './errors.ts'
import { CONFIG_ALONE } from './judge.ts'
import {
  decodeGroupContext,
  decodeKeySchedule,
  decodePrivateKeyPath,
  decodeRatchetTree,
  decodeSecretTree,
  encode,
  groupContextEncoder,
  keyScheduleEncoder,
  privateKeyPathEncoder,
  ratchetTreeEncoder,
  secretTreeEncoder,
} from './library.ts'
import { pack, unpack } from './parts.ts'
import { NO_NODE, NOTHING, settle, stateOf } from './state.ts'
import type { Conversation } from './state.ts'

/**
 * A conversation on the device's disk, in two pieces, each authenticated and encrypted (AES-256-GCM) under the device's box: `steady`
 * changes with a commit only and is large (the tree), `moving` changes with every message and is small (the ratchets). Both belong to
 * one epoch of one history; pieces that do not belong together are refused. Which of two whole pairs is the newer one only the disk can
 * say: write them in the same transaction as the message.
 */
export interface SavedConversation {
  readonly steady: Uint8Array
  readonly moving: Uint8Array
}

const FORM = 1
const PARTS = 7

/** @param key AES-GCM, 256 bits; the device's box */
export async function saveConversation(conversation: Conversation, key: CryptoKey): Promise<SavedConversation> {
  const steady = pack(steadyParts(stateOf(conversation)))
  return {
    steady: await sealBytes(key, steady, steadyContext(conversation.id)),
    moving: await saveMoving(conversation, key),
  }
}

/** The moving piece alone: enough while the epoch is the one whose steady piece was written last. */
export const saveMoving = (conversation: Conversation, key: CryptoKey): Promise<Uint8Array> =>
  sealBytes(key, pack(movingParts(stateOf(conversation))), movingContext(conversation))

/**
 * @param id the conversation's
 * @throws ConversationError `damaged`
 */
export async function loadConversation(saved: SavedConversation, key: CryptoKey, id: string): Promise<Conversation> {
  const steady = await openParts(saved.steady, key, steadyContext(id))
  return attempt('damaged', async () => {
    const state = readSteady(steady)
    const shown = settle(state)
    const [now, past] = await openParts(saved.moving, key, movingContext(shown))
    const whole = { ...state, secretTree: readRatchets(now), historicalReceiverData: readPast(steady, past) }
    return settle(whole)
  })
}

const steadyContext = (id: string): string => `conversation steady ${id}`

const movingContext = ({ id, epoch, agreement, self }: Conversation): string =>
  `conversation moving ${id} ${epoch} ${agreement} ${self.account} ${self.device}`

async function openParts(sealed: Uint8Array, key: CryptoKey, context: string): Promise<readonly Bytes[]> {
  const opened = await openBytes(key, sealed, context)
  const parts = opened === null ? null : unpack(opened)
  if (parts === null) throw new ConversationError('damaged')
  return parts
}

function steadyParts(state: ClientState): readonly Uint8Array[] {
  const [past] = state.historicalReceiverData.values()
  return [
    new Uint8Array([FORM]),
    encode(groupContextEncoder)(state.groupContext),
    encode(keyScheduleEncoder)(state.keySchedule),
    encode(ratchetTreeEncoder)(state.ratchetTree),
    encode(privateKeyPathEncoder)(state.privatePath),
    state.signaturePrivateKey,
    state.confirmationTag,
    ...(past === undefined ? [] : pastParts(past)),
  ]
}

const pastParts = ({ groupContext, ratchetTree, senderDataSecret }: EpochReceiverData): readonly Uint8Array[] => [
  encode(groupContextEncoder)(groupContext),
  encode(ratchetTreeEncoder)(ratchetTree),
  senderDataSecret,
]

const movingParts = ({ secretTree, historicalReceiverData }: ClientState): readonly Uint8Array[] => [
  writeRatchets(secretTree),
  ...[...historicalReceiverData.values()].map((past) => writeRatchets(past.secretTree)),
]

/** Leaves only: every second node. */
const writeRatchets = (tree: SecretTree): Uint8Array =>
  encode(secretTreeEncoder)(tree.filter((_, index) => index % 2 === 0))

const readRatchets = (bytes: Uint8Array | undefined): SecretTree =>
  whole(decodeSecretTree, bytes).flatMap((leaf, index) => (index === 0 ? [leaf] : [NO_NODE, leaf]))

function readSteady(parts: readonly Uint8Array[]): ClientState {
  const [form, context, keys, tree, path, signaturePrivateKey, confirmationTag] = parts
  if (form?.[0] !== FORM || signaturePrivateKey === undefined || confirmationTag === undefined) {
    throw new ConversationError('damaged')
  }
  return {
    groupContext: whole(decodeGroupContext, context),
    keySchedule: whole(decodeKeySchedule, keys),
    ratchetTree: whole(decodeRatchetTree, tree),
    privatePath: whole(decodePrivateKeyPath, path),
    signaturePrivateKey,
    confirmationTag,
    secretTree: [],
    unappliedProposals: {},
    historicalReceiverData: new Map(),
    groupActiveState: { kind: 'active' },
    clientConfig: CONFIG_ALONE,
  }
}

function readPast(steady: readonly Uint8Array[], ratchets: Uint8Array | undefined): Map<bigint, EpochReceiverData> {
  const [context, tree, senderDataSecret] = steady.slice(PARTS)
  if (senderDataSecret === undefined) return new Map()
  const groupContext = whole(decodeGroupContext, context)
  const data = {
    groupContext,
    ratchetTree: whole(decodeRatchetTree, tree),
    senderDataSecret,
    secretTree: readRatchets(ratchets),
    resumptionPsk: NOTHING,
  }
  return new Map([[groupContext.epoch, data]])
}

/** All of the bytes and nothing but them. */
function whole<T>(decode: Decoder<T>, bytes: Uint8Array | undefined): T {
  const decoded = bytes === undefined ? undefined : decode(bytes, 0)
  if (decoded === undefined || decoded[1] !== bytes?.length) throw new ConversationError('damaged')
  return decoded[0]
}
