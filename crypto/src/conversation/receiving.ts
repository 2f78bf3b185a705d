import type { ProposalWithSender } from 'ts-mls/unappliedProposals.js'
import { makeJudge } from './judge.ts'
import type { Judge } from './judge.ts'
import { attempt } from './attempt.ts'
import { readCredential, sameOwner } from './credential.ts'
import type { Owner, Pins } from './credential.ts'
import { ConversationError } from './errors.ts'
import { emptyPskIndex, processPrivateMessage, processPublicMessage, unprotectPublicMessage } from './library.ts'
import { checkPlace, checkSender, openMessage, presentKeys } from './messages.ts'
import type { ReceivedMessage } from './messages.ts'
import type { Spent } from './pending.ts'
import { checkChange, checkContext, checkProposals } from './policy.ts'
import type { Change } from './policy.ts'
import { settle, stateOf } from './state.ts'
import type { Conversation } from './state.ts'
import { suite } from './suite.ts'
import { ownerOf, seatAt } from './tree.ts'
import { isKind, readWire } from './wire.ts'
import type { WireOf } from './wire.ts'
import type { ClientState } from 'ts-mls/clientState.js'

/** What comes in for a conversation that this device is in. */

export interface ReceivedCommit extends Change {
  readonly kind: 'commit'
  readonly conversation: Conversation
  readonly spent: Spent
}

/** This device is out: nothing that follows can be read, and the conversation's state can go. */
export interface ReceivedRemoval {
  readonly kind: 'removed'
  readonly by: Owner
}

export type Received = ReceivedMessage | ReceivedCommit | ReceivedRemoval

type PublicMessage = Extract<WireOf<'commit'>, { wireformat: 'mls_public_message' }>['publicMessage']
type PrivateCommit = Extract<WireOf<'commit'>, { wireformat: 'mls_private_message' }>['privateMessage']
type Processed = { readonly newState: ClientState; readonly consumed: Uint8Array[] }

/**
 * Takes a message or somebody's commit in. The conversation that was passed in stays as it is: when this throws, or the result can't
 * be written, it goes on.
 * @param pins of the accounts that a commit may add, and of those who make one
 * @throws ConversationError
 */
export async function receive(conversation: Conversation, wire: Uint8Array, pins: Pins): Promise<Received> {
  if (isKind('message', wire)) return openMessage(conversation, wire)
  const read = await readWire('commit', wire)
  const judge = makeJudge(pins)
  return read.wireformat === 'mls_private_message'
    ? receiveMembers(conversation, read.privateMessage, judge)
    : receiveNewcomers(conversation, read.publicMessage, judge)
}

async function receiveMembers(conversation: Conversation, message: PrivateCommit, judge: Judge): Promise<Received> {
  if (message.contentType !== 'commit') throw new ConversationError('unreadable')
  const before = stateOf(conversation)
  if (checkPlace(conversation, message) < conversation.epoch) throw new ConversationError('epoch_past')
  await checkSender(before, presentKeys(before), message)
  let maker: number | undefined
  const processed = await judge.preside('forged', async () => {
    const state = { ...before, clientConfig: judge.config }
    const result = await processPrivateMessage(state, message, emptyPskIndex, await suite(), (incoming) => {
      maker = incoming.kind === 'commit' ? incoming.senderLeafIndex : undefined
      return inspect(incoming.kind === 'commit' ? incoming.proposals : [incoming.proposal], false)
    })
    if (result.kind !== 'newState') throw new ConversationError('unreadable')
    return result
  })
  if (maker === undefined) throw new ConversationError('not_allowed')
  return conclude(before, processed, maker)
}

/** An external join: public, and signed by a key that it brings itself. So it is looked at closely before the library sees it. */
async function receiveNewcomers(conversation: Conversation, message: PublicMessage, judge: Judge): Promise<Received> {
  const before = stateOf(conversation)
  if (checkPlace(conversation, message.content) < conversation.epoch) throw new ConversationError('epoch_past')
  const { newcomer, replaced } = checkExternal(before, message)
  return judge.preside('forged', async () => {
    const cs = await suite()
    if (replaced === before.privatePath.leafIndex) {
      // This very device came in once more, from another copy of its disk perhaps. This copy is out.
      const { ratchetTree, groupContext, keySchedule } = before
      await unprotectPublicMessage(keySchedule.membershipKey, groupContext, ratchetTree, message, cs)
      await judge.config.authService.validateCredential(newcomer.credential, newcomer.signaturePublicKey)
      return { kind: 'removed', by: ownerOf(readCredential(newcomer.credential)) }
    }
    const state = { ...before, clientConfig: judge.config }
    const processed = await processPublicMessage(state, message, emptyPskIndex, cs, (incoming) =>
      inspect(incoming.kind === 'commit' ? incoming.proposals : [incoming.proposal], incoming.kind === 'commit'),
    )
    return conclude(before, processed, null)
  })
}

function checkExternal(state: ClientState, { senderType, content }: PublicMessage) {
  if (senderType !== 'new_member_commit' || content.sender.senderType !== 'new_member_commit') {
    throw new ConversationError('not_allowed')
  }
  if (content.contentType !== 'commit' || content.commit.path === undefined) throw new ConversationError('not_allowed')
  const proposals = content.commit.proposals.map((item) => {
    if (item.proposalOrRefType !== 'proposal') throw new ConversationError('not_allowed')
    return item.proposal
  })
  checkProposals(
    proposals.map((proposal) => ({ proposal, senderLeafIndex: undefined })),
    true,
  )
  const newcomer = content.commit.path.leafNode
  const owner = readCredential(newcomer.credential)
  const removed = proposals.flatMap((proposal) => (proposal.proposalType === 'remove' ? [proposal.remove.removed] : []))
  if (removed.some((index) => !sameOwner(seatAt(state.ratchetTree, index), owner))) {
    throw new ConversationError('not_allowed')
  }
  return { newcomer, replaced: removed[0] }
}

/** Within the library's processing: a throw goes through to our caller. */
const inspect = (proposals: readonly ProposalWithSender[], isExternal: boolean): 'accept' => {
  checkProposals(proposals, isExternal)
  return 'accept'
}

async function conclude(before: ClientState, processed: Processed, maker: number | null): Promise<Received> {
  const { newState, consumed } = processed
  const change = checkChange({ before: before.ratchetTree, after: newState.ratchetTree, maker })
  if (newState.groupActiveState.kind === 'removedFromGroup') return { kind: 'removed', by: change.by }
  checkContext(before.groupContext, newState.groupContext)
  return attempt('forged', async () => ({
    kind: 'commit',
    conversation: settle(newState),
    ...change,
    spent: consumed,
  }))
}
