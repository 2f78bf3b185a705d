import { base64url } from 'jose'
import type { ClientState } from 'ts-mls/clientState.js'
import type { EpochReceiverData } from 'ts-mls/epochReceiverData.js'
import type { LeafNode } from 'ts-mls/leafNode.js'
import type { RatchetTree } from 'ts-mls/ratchetTree.js'
import type { SecretTree, SecretTreeNode } from 'ts-mls/secretTree.js'
import { readCredential, writeCredential } from './credential.ts'
import type { Owner } from './credential.ts'
import { makeHiding } from './hidden.ts'
import { ownerOf, seatAt, seatsOf } from './tree.ts'

/**
 * A conversation as one device sees it in one moment: a value. Whatever happens to it gives a new one and leaves this as it was, so that
 * a caller may throw the new one away when it could not be written.
 */
export interface Conversation {
  /** 16 random bytes, base64url. All that the server learns, together with the epoch. */
  readonly id: string
  /** Goes up by one with each commit. */
  readonly epoch: number
  readonly self: Owner
  readonly members: readonly Owner[]
  /** The same for all who are in the same epoch of the same history (RFC 9420 section 8.7), and for nobody else; base64url. */
  readonly agreement: string
}

const { hide, reveal } = makeHiding<Conversation, ClientState>('conversation')
export const stateOf = reveal

export const NOTHING: Uint8Array = new Uint8Array()
const NO_RATCHET = { secret: NOTHING, generation: 0, unusedGenerations: {} }
/** In the place of every node that nobody sends from: parents and blank leaves. */
export const NO_NODE: SecretTreeNode = { handshake: NO_RATCHET, application: NO_RATCHET }

/** After a commit or a join: forgets what has no use any more, and shows the rest. */
export function settle(state: ClientState): Conversation {
  const tidied = tidy(state)
  const { groupContext, ratchetTree, privatePath, keySchedule } = tidied
  const shown = {
    id: base64url.encode(groupContext.groupId),
    epoch: Number(groupContext.epoch),
    self: ownerOf(seatAt(ratchetTree, privatePath.leafIndex)),
    members: [...seatsOf(ratchetTree).values()].map(ownerOf),
    agreement: base64url.encode(keySchedule.epochAuthenticator),
  }
  return hide(shown, tidied)
}

/** After a message: the same conversation with moved ratchets. */
export const moveOn = (before: Conversation, state: ClientState): Conversation => hide({ ...before }, state)

/** What opens messages of this epoch that come after the commit that ends it. */
export function epochBefore(conversation: Conversation): EpochReceiverData {
  const { secretTree, ratchetTree, keySchedule, groupContext } = stateOf(conversation)
  const { senderDataSecret } = keySchedule
  return { secretTree, ratchetTree, senderDataSecret, groupContext, resumptionPsk: NOTHING }
}

function tidy(state: ClientState): ClientState {
  const past = [...state.historicalReceiverData].map(([epoch, data]): [bigint, EpochReceiverData] => [
    epoch,
    tidyPast(data),
  ])
  return {
    ...state,
    privatePath: { ...state.privatePath, privateKeys: usedKeys(state) },
    secretTree: sendersOnly(state.secretTree, state.ratchetTree),
    // Neither exported secrets nor resumption are spoken here.
    keySchedule: { ...state.keySchedule, exporterSecret: NOTHING, resumptionPsk: NOTHING },
    historicalReceiverData: new Map(past),
  }
}

/** The library keeps the keys of nodes that were blanked since. */
const usedKeys = ({ privatePath, ratchetTree }: ClientState): Record<number, Uint8Array> =>
  Object.fromEntries(
    Object.entries(privatePath.privateKeys).filter(([node]) => ratchetTree[Number(node)] !== undefined),
  )

const sendersOnly = (secrets: SecretTree, tree: RatchetTree): SecretTree =>
  secrets.map((node, index) => (tree[index]?.nodeType === 'leaf' ? node : NO_NODE))

/** Of the epoch before: only what opens messages that were on their way. */
const tidyPast = (data: EpochReceiverData): EpochReceiverData => ({
  ...data,
  resumptionPsk: NOTHING,
  ratchetTree: data.ratchetTree.map((node) =>
    node?.nodeType === 'leaf' ? { nodeType: 'leaf', leaf: nameAndKey(node.leaf) } : undefined,
  ),
  secretTree: sendersOnly(data.secretTree, data.ratchetTree).map(({ application }) => ({
    handshake: NO_RATCHET,
    application,
  })),
})

const NO_CAPABILITIES = { versions: [], ciphersuites: [], extensions: [], proposals: [], credentials: [] }

const nameAndKey = (leaf: LeafNode): LeafNode => ({
  ...leaf,
  hpkePublicKey: NOTHING,
  signature: NOTHING,
  capabilities: NO_CAPABILITIES,
  credential: writeCredential({ ...readCredential(leaf.credential), signature: NOTHING }),
})
