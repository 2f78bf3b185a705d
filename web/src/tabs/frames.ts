import type { Change, Connection, ContactView, ConversationView, Messenger, Profile } from '@chatnip/sdk'

/** What the tabs of one account in one browser say to each other. All of them run our own code from our own origin. */

/** What a following tab must be able to tell without asking. */
export interface Snapshot {
  readonly profile: Profile
  readonly connection: Connection
  readonly waiting: number
  readonly conversations: readonly ConversationView[]
  readonly contacts: readonly ContactView[]
  readonly receipts: boolean
  readonly readReceipts: boolean
  readonly blocked: readonly string[]
}

/** The methods that a following tab asks the leading one for. */
export type Method =
  | 'messages'
  | 'open'
  | 'send'
  | 'sendFiles'
  | 'openFile'
  | 'stopFile'
  | 'makeGroup'
  | 'addToGroup'
  | 'removeFromGroup'
  | 'leaveGroup'
  | 'setGroupRole'
  | 'renameGroup'
  | 'setGroupPicture'
  | 'edit'
  | 'remove'
  | 'react'
  | 'decide'
  | 'mute'
  | 'retry'
  | 'askAgain'
  | 'discard'
  | 'markRead'
  | 'saveDraft'
  | 'draft'
  | 'confirmKey'
  | 'setCompared'
  | 'safetyNumber'
  | 'checkScan'
  | 'setLifetime'
  | 'setReceipts'
  | 'setReadReceipts'
  | 'search'
  | 'exportHistory'
  | 'deleteHistory'

export type Arguments<M extends Method> = Parameters<Messenger[M]>
export type Answer<M extends Method> = Awaited<ReturnType<Messenger[M]>>

/** One question, typed so that method and arguments belong together. */
export type Question = { readonly [M in Method]: { readonly method: M; readonly args: Arguments<M> } }[Method]

/** An error as it crosses from tab to tab; structured cloning would make a plain Error of it. */
export interface Failure {
  readonly code: string | null
  readonly network: boolean
  readonly message: string
}

export type TabFrame =
  /** A tab joins: tell it how things stand. */
  | { readonly kind: 'hello' }
  | { readonly kind: 'ask'; readonly tab: string; readonly call: number; readonly question: Question }
  | { readonly kind: 'answer'; readonly tab: string; readonly call: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly tab: string; readonly call: number; readonly failure: Failure }
  /** `lead`: a tab has just begun to lead, so whatever was asked and not answered must be asked again. */
  | { readonly kind: 'state'; readonly snapshot: Snapshot; readonly changes: readonly Change[]; readonly lead: boolean }
  | { readonly kind: 'nudge' }
  /** The keys changed: the leading tab starts the engine anew. */
  | { readonly kind: 'restart' }
  /** Somebody logs in or out: every tab lets go, so that no engine runs on another account's session. */
  | { readonly kind: 'leave' }
  /** That is done: look again who is signed in. */
  | { readonly kind: 'look'; readonly from: string }
