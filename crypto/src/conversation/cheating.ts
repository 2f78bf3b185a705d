import type { ClientState } from 'ts-mls/clientState.js'
import { encode } from 'ts-mls/codec/tlsEncoder.js'
import type { Commit } from 'ts-mls/commit.js'
import { decryptWithLabel } from 'ts-mls/crypto/hpke.js'
import { groupContextEncoder } from 'ts-mls/groupContext.js'
import { createCommit, joinGroupExternal } from 'ts-mls/createCommit.js'
import { createContentCommitSignature } from 'ts-mls/framedContent.js'
import type { LeafNode } from 'ts-mls/leafNode.js'
import { protect, unprotectPrivateMessage } from 'ts-mls/messageProtection.js'
import { processPrivateMessage } from 'ts-mls/processMessages.js'
import type { Proposal } from 'ts-mls/proposal.js'
import { emptyPskIndex } from 'ts-mls/pskIndex.js'
import { leafToNodeIndex, toLeafIndex } from 'ts-mls/treemath.js'
import type { Device } from './device.ts'
import { CONFIG_ALONE } from './judge.ts'
import { makeKeyPackage, privateKeysOf } from './key-package.ts'
import { settle, stateOf } from './state.ts'
import type { Conversation } from './state.ts'
import { suite } from './suite.ts'
import { readWire, writeWire } from './wire.ts'

/** For tests: what a client of somebody's own making can do that ours refuses. It believes everybody and has no rules. */

const GULLIBLE = { ...CONFIG_ALONE, authService: { validateCredential: async () => true } }

const gullible = (conversation: Conversation): ClientState => ({ ...stateOf(conversation), clientConfig: GULLIBLE })

/** A commit over any proposals. */
export async function cheatingCommit(
  conversation: Conversation,
  proposals: Proposal[],
): Promise<{ commit: Uint8Array; conversation: Conversation }> {
  const context = { state: gullible(conversation), cipherSuite: await suite() }
  const made = await createCommit(context, { extraProposals: proposals, ratchetTreeExtension: true })
  if (made.commit.wireformat !== 'mls_private_message') throw new TypeError(made.commit.wireformat)
  const { privateMessage } = made.commit
  return {
    commit: writeWire('commit', { wireformat: 'mls_private_message', privateMessage }),
    conversation: settle(made.newState),
  }
}

/** Takes a commit in without any rule. @returns what the library says of this device then */
export async function gullibleKind(conversation: Conversation, commit: Uint8Array): Promise<string> {
  const message = await privateMessageOf('commit', commit)
  const { newState } = await processPrivateMessage(gullible(conversation), message, emptyPskIndex, await suite())
  return newState.groupActiveState.kind
}

/** The conversation with one's own leaf rewritten; the next commit puts it before everybody. */
export function withOwnLeaf(conversation: Conversation, change: (leaf: LeafNode) => LeafNode): Conversation {
  const state = stateOf(conversation)
  const own = leafToNodeIndex(toLeafIndex(state.privatePath.leafIndex))
  const ratchetTree = state.ratchetTree.map((node, index) =>
    index === own && node?.nodeType === 'leaf' ? { nodeType: 'leaf' as const, leaf: change(node.leaf) } : node,
  )
  return settle({ ...state, ratchetTree })
}

/**
 * An external join without looking whether one belongs there.
 * @param replaces whose place is taken; nobody's when left out
 */
export async function cheatingJoin(
  device: Device,
  info: Uint8Array,
  replaces?: (leaf: LeafNode) => boolean,
): Promise<Uint8Array> {
  const { groupInfo } = await readWire('groupInfo', info)
  const { published, secrets } = privateKeysOf(await makeKeyPackage(device, { now: 0, days: 1 }))
  const config = {
    ...GULLIBLE,
    keyPackageEqualityConfig: {
      compareKeyPackages: () => false,
      compareKeyPackageToLeafNode: (_: unknown, leaf: LeafNode) => replaces?.(leaf) ?? false,
    },
  }
  const { publicMessage } = await joinGroupExternal(
    groupInfo,
    published,
    secrets,
    replaces !== undefined,
    await suite(),
    undefined,
    config,
  )
  return writeWire('commit', { wireformat: 'mls_public_message', publicMessage })
}

/** A commit whose proposals its maker's own library would choke on: signed and encrypted as it should be, and never computed. */
export async function uncomputedCommit(conversation: Conversation, proposals: Proposal[]): Promise<Uint8Array> {
  const [state, cs] = [stateOf(conversation), await suite()]
  const { leafIndex } = state.privatePath
  const nothing = new Uint8Array()
  const { signature, framedContent } = await createContentCommitSignature(
    state.groupContext,
    'mls_private_message',
    { proposals: proposals.map((proposal) => ({ proposalOrRefType: 'proposal', proposal })), path: undefined },
    { senderType: 'member', leafIndex },
    nothing,
    state.signaturePrivateKey,
    cs.signature,
  )
  const auth = { contentType: framedContent.contentType, signature, confirmationTag: new Uint8Array(64) }
  const { privateMessage } = await protect(
    state.keySchedule.senderDataSecret,
    nothing,
    state.groupContext,
    state.secretTree,
    { ...framedContent, auth },
    leafIndex,
    GULLIBLE.paddingConfig,
    cs,
  )
  return writeWire('commit', { wireformat: 'mls_private_message', privateMessage })
}

export const privateMessageOf = async (kind: 'message' | 'commit', wire: Uint8Array) => {
  const read = await readWire(kind, wire)
  if (read.wireformat !== 'mls_private_message') throw new TypeError(read.wireformat)
  return read.privateMessage
}

/** Every key that a state has, tried on every secret that a commit carries. @returns how many opened; null when it carries none */
export async function pryPath(state: ClientState, wire: Uint8Array, after: Conversation): Promise<number | null> {
  const path = (await commitOf(state, wire)).path
  if (path === undefined) return null
  const cs = await suite()
  const context = encode(groupContextEncoder)({
    ...stateOf(after).groupContext,
    confirmedTranscriptHash: state.groupContext.confirmedTranscriptHash,
  })
  let opened = 0
  for (const bytes of Object.values(state.privatePath.privateKeys)) {
    const privateKey = await cs.hpke.importPrivateKey(bytes)
    for (const { ciphertext, kemOutput } of path.nodes.flatMap(({ encryptedPathSecret }) => encryptedPathSecret)) {
      const isOpen = await decryptWithLabel(privateKey, 'UpdatePathNode', context, kemOutput, ciphertext, cs.hpke).then(
        () => true,
        () => false,
      )
      if (isOpen) opened += 1
    }
  }
  return opened
}

async function commitOf(state: ClientState, wire: Uint8Array): Promise<Commit> {
  const { keySchedule, secretTree, ratchetTree, groupContext } = state
  const message = await privateMessageOf('commit', wire)
  const config = CONFIG_ALONE.keyRetentionConfig
  const { senderDataSecret } = keySchedule
  const cs = await suite()
  const { content } = await unprotectPrivateMessage(
    senderDataSecret,
    message,
    secretTree,
    ratchetTree,
    groupContext,
    config,
    cs,
  )
  if (content.content.contentType !== 'commit') throw new TypeError(content.content.contentType)
  return content.content.commit
}
