import type { ClientState } from 'ts-mls/clientState.js'
import { openBytes, sealBytes } from '../box.ts'
import { attempt } from './attempt.ts'
import { ConversationError } from './errors.ts'
import { makeHiding } from './hidden.ts'
import { pack, unpack } from './parts.ts'
import type { Change } from './policy.ts'
import { sealMessage } from './messages.ts'
import { loadConversation, saveConversation } from './saving.ts'
import { epochBefore, settle, stateOf } from './state.ts'
import type { Conversation } from './state.ts'

/**
 * A commit of ours that nobody has accepted yet. The server takes one commit for each epoch of a conversation. Save it, send it, and then:
 *
 * - accepted: `adopt` it;
 * - somebody else's was: drop it, `receive` theirs with the conversation as it was, and make it anew;
 * - no answer: send the same bytes again. The conversation as it was may go on sealing and receiving meanwhile.
 */
export interface Pending {
  readonly id: string
  /** The epoch that the commit ends: accepted only while the server has this one. */
  readonly epoch: number
  /** For all members' devices but this one. */
  readonly commit: Uint8Array
  /** For the added devices, stored together with the commit; null when nobody is added. */
  readonly welcome: Uint8Array | null
  readonly change: Change
}

/** Keys that have served. `wipe` them once what follows from them is on disk. */
export type Spent = readonly Uint8Array[]

export interface Adopted {
  readonly conversation: Conversation
  readonly spent: Spent
}

interface Made {
  /** As it will be, but without the epoch before: its ratchets move on while the commit is on its way. */
  readonly next: Conversation
  /** The agreement of the epoch that the commit ends; null for who comes in. */
  readonly base: string | null
  readonly spent: Spent
}

const { hide, reveal } = makeHiding<Pending, Made>('pending commit')

/**
 * @param state after the commit
 * @param spent keys that have served
 * @param base the conversation before it; null for who comes in
 */
export function makePending(
  pending: Omit<Pending, 'id'>,
  made: { readonly state: ClientState; readonly spent: Spent; readonly base: Conversation | null },
): Pending {
  const next = settle({ ...made.state, historicalReceiverData: new Map() })
  return hide({ ...pending, id: next.id }, { next, base: made.base?.agreement ?? null, spent: made.spent })
}

/**
 * The server has accepted it: the conversation goes on from here.
 * @param current the conversation as it is now, with everything received that the server had put before the commit; null for who comes in
 * @throws ConversationError `epoch_past` when `current` is not in the epoch that the commit ends
 */
export function adopt(pending: Pending, current: Conversation | null): Adopted {
  const { next, base, spent } = reveal(pending)
  if ((current?.agreement ?? null) !== base) throw new ConversationError('epoch_past')
  if (current === null) return { conversation: next, spent }
  const past = new Map([[BigInt(current.epoch), epochBefore(current)]])
  return { conversation: settle({ ...stateOf(next), historicalReceiverData: past }), spent }
}

/** Overwrites keys that have served. The values that they were taken from can't be used any more. */
export function wipe(spent: Spent): void {
  for (const secret of spent) secret.fill(0)
}

/**
 * The first message of the epoch that a commit begins, to travel with it: whoever took the commit in, or came in by it, can open it, and
 * nobody who is out by it. Save the pending commit that comes back, not the one before.
 * @throws ConversationError `too_large`
 */
export async function sealWithin(
  pending: Pending,
  bytes: Uint8Array,
): Promise<{ readonly pending: Pending; readonly message: Uint8Array }> {
  const made = reveal(pending)
  const { conversation: next, message, spent } = await sealMessage(made.next, bytes)
  return { pending: hide({ ...pending }, { ...made, next, spent: [...made.spent, ...spent] }), message }
}

const contextOf = (id: string): string => `conversation pending ${id}`
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/** @param key AES-GCM, 256 bits; the device's box */
export async function savePending(pending: Pending, key: CryptoKey): Promise<Uint8Array> {
  const { next, base } = reveal(pending)
  const { steady, moving } = await saveConversation(next, key)
  const { epoch, change, commit, welcome } = pending
  const parts = [text({ epoch, change, base }), commit, steady, moving, ...(welcome === null ? [] : [welcome])]
  return sealBytes(key, pack(parts), contextOf(pending.id))
}

/** @throws ConversationError `damaged` */
export async function loadPending(saved: Uint8Array, key: CryptoKey, id: string): Promise<Pending> {
  const opened = await openBytes(key, saved, contextOf(id))
  const [head, commit, steady, moving, welcome] = (opened === null ? null : unpack(opened)) ?? []
  if (head === undefined || commit === undefined || steady === undefined || moving === undefined) {
    throw new ConversationError('damaged')
  }
  return attempt('damaged', async () => {
    // Authenticated: this device wrote it.
    const { epoch, change, base }: Pick<Pending, 'epoch' | 'change'> & Pick<Made, 'base'> = JSON.parse(
      new TextDecoder().decode(head),
    )
    const next = await loadConversation({ steady, moving }, key, id)
    return hide({ id, epoch, commit, welcome: welcome ?? null, change }, { next, base, spent: [] })
  })
}
