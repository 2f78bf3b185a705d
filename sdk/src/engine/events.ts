import type { Addressed, ClientFrame, ErrorCode, ServerFrame } from '@chatnip/protocol'
import type { Change, Place } from '../messenger.ts'
import type { Act, Content, Quote } from './content.ts'
import type { FileInfo } from './files.ts'
import type {
  ActLine,
  KeyFacts,
  LinkRow,
  LogicalKey,
  Member,
  MessageLine,
  Peer,
  SealedLink,
  SettingLine,
  Write,
} from './rows.ts'
import type { Info } from './many/info.ts'
import type { Wish } from './many/wishes.ts'
import type { PeopleBody } from './choices.ts'
import type { SeenBody } from './seen.ts'
import type { HistoryBody, ServiceBody } from './service.ts'
import type { ClaimedPackage, Found, Opened } from './state.ts'
import type { Turn } from './turn.ts'
import type { Halt, Unwrapped } from './unwrapped.ts'

/** What a person asks for. Each is answered by a `settle` effect with the same ticket. */
export type Call =
  | { readonly type: 'open'; readonly name: string }
  | {
      readonly type: 'compose'
      readonly id: string
      readonly conversation: string
      readonly text: string
      readonly re?: Quote | undefined
      /** On this device's disk, and on their way to the server. */
      readonly files?: readonly FileInfo[] | undefined
    }
  /** The files of a message are on the server, or (`refusal`) will not be. */
  | { readonly type: 'files settled'; readonly id: string; readonly refusal: ErrorCode | null }
  /** `target`: the message that it is about, as it lies on disk; null: it waits in the outbox, or is not here. */
  | {
      readonly type: 'act'
      readonly id: string
      readonly conversation: string
      readonly act: Act
      readonly target: OnDisk | null
    }
  /** Takes a message away on this device alone. `before`: what is the last message then, when it was the last. */
  | { readonly type: 'forget'; readonly target: OnDisk; readonly before: OnDisk | null }
  /** `expired`: the message's line on disk, when it is not in the outbox. `before`: as of `forget`. */
  | {
      readonly type: 'retry'
      readonly id: string
      readonly newId: string
      readonly expired: OnDisk | null
      readonly before: OnDisk | null
    }
  | { readonly type: 'discard'; readonly id: string; readonly expired: OnDisk | null; readonly before: OnDisk | null }
  | { readonly type: 'ask again'; readonly conversation: string }
  | { readonly type: 'mark read'; readonly conversation: string }
  | { readonly type: 'save draft'; readonly conversation: string; readonly text: string }
  | { readonly type: 'confirm key'; readonly name: string }
  /** `fingerprint`: of the key that was compared. Answered by `outdated` when another one is there now. */
  | {
      readonly type: 'set compared'
      readonly name: string
      readonly compared: boolean
      readonly fingerprint?: string | undefined
    }
  | { readonly type: 'set lifetime'; readonly id: string; readonly conversation: string; readonly seconds: number }
  | { readonly type: 'set receipts'; readonly on: boolean }
  | { readonly type: 'set read receipts'; readonly on: boolean }
  /** Pins somebody's key as `open` does, and shows no conversation. */
  | { readonly type: 'meet'; readonly name: string }
  /** Makes a group of many. `packages`: of the members' devices and the own other ones. Answered when it is on disk. */
  | { readonly type: 'make group'; readonly info: Info; readonly packages: readonly ClaimedPackage[] }
  /** Wishes a change of a group of many. Answered when that is on disk; it is carried out then. */
  | { readonly type: 'change group'; readonly conversation: string; readonly wish: Wish }
  /** What a part that is loaded later does to the state, between two batches. Answered by `again` when `batches` have been counted on since. */
  | { readonly type: 'apply'; readonly change: (turn: Turn) => void; readonly batches: number | null }
  /** The rows of `messages` and `drafts` are gone; what is left of them elsewhere goes now. */
  | { readonly type: 'history deleted' }

export interface OnDisk {
  readonly key: LogicalKey
  readonly line: MessageLine
}

export type LookUp =
  | { readonly outcome: 'key'; readonly facts: KeyFacts; readonly name: string | null }
  | { readonly outcome: 'nobody' }
  | { readonly outcome: 'unavailable' }

export type Event =
  | { readonly type: 'start' }
  | { readonly type: 'nudge' }
  | { readonly type: 'stop' }
  | { readonly type: 'opened'; readonly line: number }
  | { readonly type: 'frame'; readonly line: number; readonly frame: ServerFrame }
  | { readonly type: 'closed'; readonly line: number; readonly code: number | null }
  | { readonly type: 'session checked'; readonly line: number; readonly over: boolean }
  | { readonly type: 'timer'; readonly name: string }
  | { readonly type: 'looked up'; readonly line: number; readonly name: string; readonly result: LookUp }
  | { readonly type: 'saved'; readonly id: string }
  | {
      readonly type: 'sealed'
      readonly id: string
      /** Null: the text is too large for an envelope. */
      readonly to: readonly Addressed[] | null
      readonly key: string
      readonly link: SealedLink | null
      /** Of a message that was to be sealed in a group. */
      readonly inGroup?: { readonly group: string; readonly made: SealedInGroup | 'unusable' | 'too large' }
    }
  | { readonly type: 'unwrapped'; readonly batch: number; readonly result: UnwrappedFrames }
  | { readonly type: 'claimed'; readonly number: number; readonly for: ClaimFor; readonly result: Claimed }
  /** Null: none of the key packages was of use. */
  | { readonly type: 'begun'; readonly number: number; readonly made: Begun | null }
  /** Null: it cannot be done in that group. */
  | {
      readonly type: 'proposed'
      readonly group: string
      readonly kind: GroupChange['type']
      readonly made: Proposed | null
    }
  | { readonly type: 'adopted'; readonly group: string; readonly made: Adopted | null }
  /** `devices`: the account's, as the server names them; null: it does not say. */
  | { readonly type: 'stocked'; readonly made: Stocked | null; readonly devices: readonly string[] | null }
  /** What came of a step of some group is on disk. */
  | { readonly type: 'stepped' }
  | { readonly type: 'handshake stored'; readonly group: string }
  | { readonly type: 'recalled'; readonly wanted: ToRecall; readonly found: readonly Recalled[] }
  | { readonly type: 'stored'; readonly id: string }
  | { readonly type: 'found'; readonly batch: number; readonly found: readonly (Found | null)[] }
  | { readonly type: 'read'; readonly batch: number; readonly opened: ReadonlyMap<number, Opened> }
  | { readonly type: 'committed'; readonly batch: number }
  | { readonly type: 'call'; readonly ticket: number; readonly call: Call }

export interface SealedInGroup {
  readonly text: string
  readonly epoch: number
  readonly secrets: readonly Write[]
}

/** What became of the frames, in their order, up to where it had to halt. */
export interface UnwrappedFrames {
  readonly frames: readonly Unwrapped[]
  readonly halt: Halt | null
  readonly secrets: readonly Write[]
}

export type Claimed =
  | { readonly outcome: 'claimed'; readonly packages: readonly ClaimedPackage[] }
  /** The server does not speak of key packages, or does not want to now. */
  | { readonly outcome: 'none' }
  | { readonly outcome: 'unavailable' }

/** A group that is to be begun, or devices that are to come into one. */
export type ClaimFor = 'beginning' | 'wish'

export interface Begun {
  readonly group: string
  readonly members: readonly Member[]
  readonly text: string
  /** Of many: what it is. */
  readonly info: Info | null
  readonly secrets: readonly Write[]
}

export interface Proposed {
  readonly epoch: number
  readonly text: string
  readonly secrets: readonly Write[]
}

export interface Adopted {
  readonly epoch: number
  readonly members: readonly Member[]
  readonly secrets: readonly Write[]
}

/** Key packages whose private halves are to be written before the server has them. */
export interface Stocked {
  readonly texts: readonly string[]
  readonly lastResort: string | null
  readonly secrets: readonly Write[]
}

/** By lower-case name, which keys are believed to be an account's. */
export type Trust = ReadonlyMap<string, Trusted>

export interface Trusted {
  /** The pinned one, and the one that the server presents. */
  readonly keys: readonly string[]
  /** That were pinned before. Looked at when the server has been asked for the present one. */
  readonly earlier: readonly string[]
  /** One that may say which were theirs before; null: none may. */
  readonly voucher: string | null
}

/** A frame of a group. */
export interface ToUnwrap {
  readonly from: string
  readonly text: string
}

export type GroupChange =
  | { readonly type: 'renew' }
  | { readonly type: 'remove'; readonly members: readonly Member[] }
  | { readonly type: 'add'; readonly packages: readonly ClaimedPackage[]; readonly trust: Trust }

/** What this device knows of groups of many before a step. */
export interface KnownGroups {
  /** By their ids. */
  readonly infos: ReadonlyMap<string, Info>
  /** By MLS group, which of them it belongs to, and the version that was reached in it. */
  readonly of: ReadonlyMap<string, { readonly id: string; readonly version: number }>
}

/** An envelope to open. `index`: the entry's place in its batch. */
export interface ToOpen {
  readonly index: number
  readonly id: string
  readonly from: string
  readonly text: string
  /** From one's own account: another device's copy, or a note to self. */
  readonly own: boolean
  readonly pinned: string | null
  readonly presented: string | null
  /** Keys of the sender that were pinned before. */
  readonly earlier: readonly string[]
  /** The key of the sender that may say which ones were theirs before. */
  readonly voucher: string | null
}

export interface ToSeal {
  readonly id: string
  readonly to: string
  readonly at: number
  readonly body: Content | ServiceBody | HistoryBody | PeopleBody | SeenBody
  readonly key: Pick<KeyFacts, 'publicKey' | 'canSeal'>
  /** Null: not counted. */
  readonly link: Omit<SealedLink, 'hash'> | null
  /** The group to seal it in; null: an envelope. */
  readonly group: string | null
}

/** Own messages to be given again. `isAsked`: their absence is answered too. */
export interface ToRecall {
  readonly number: number
  readonly chain: string
  /** The lower-case name of who is to have them. */
  readonly to: string
  readonly numbers: readonly number[]
  readonly isAsked: boolean
}

export interface Recalled {
  readonly n: number
  readonly row: LinkRow | null
  readonly line: MessageLine | ActLine | SettingLine | null
  /** The message that it is about, or answers. */
  readonly target: MessageLine | null
}

/** What is to be done. None of it is waited for; what comes of it returns as an event. */
export type Effect =
  /** Writes all of it durably, then and only then does what `after` says. Commits happen in the order in which they are asked for. */
  | { readonly type: 'commit'; readonly writes: readonly Write[]; readonly after: readonly After[] }
  | { readonly type: 'connect'; readonly line: number }
  | { readonly type: 'hang up'; readonly line: number }
  | { readonly type: 'send'; readonly line: number; readonly frame: ClientFrame }
  | { readonly type: 'check session'; readonly line: number }
  | { readonly type: 'timer'; readonly name: string; readonly ms: number }
  | { readonly type: 'cancel timer'; readonly name: string }
  | { readonly type: 'look up'; readonly name: string; readonly line: number }
  | { readonly type: 'seal'; readonly message: ToSeal }
  | { readonly type: 'open'; readonly batch: number; readonly items: readonly ToOpen[] }
  /** Steps of groups: the engine asks for one at a time, and writes what comes of it before the next. */
  | {
      readonly type: 'unwrap'
      readonly batch: number
      readonly frames: readonly ToUnwrap[]
      readonly trust: Trust
      readonly known: KnownGroups
    }
  | {
      readonly type: 'begin'
      readonly number: number
      /** Lower-case names of those without whose devices there is nothing to begin; of many nobody. */
      readonly others: readonly string[]
      readonly packages: readonly ClaimedPackage[]
      readonly trust: Trust
      /** What it is; null: the conversation of two. */
      readonly info: Info | null
    }
  /** `info`: what the group is from then on; null: the conversation of two, or nothing of it changes. */
  | { readonly type: 'propose'; readonly group: string; readonly change: GroupChange; readonly info: Info | null }
  | { readonly type: 'adopt'; readonly group: string }
  /** Counts the device's key packages on the server and makes what is wanting; asks which devices the account has. */
  | { readonly type: 'stock' }
  /** Gives them to the server. Nothing follows: what did not arrive is wanting at the next count. */
  | { readonly type: 'publish'; readonly texts: readonly string[]; readonly lastResort: string | null }
  /** Takes key packages of these accounts' devices. */
  | { readonly type: 'claim'; readonly number: number; readonly names: readonly string[]; readonly for: ClaimFor }
  /** Looks ids up. Must see every commit that was asked for before it. */
  | {
      readonly type: 'find'
      readonly batch: number
      readonly ids: readonly { readonly sender: string; readonly id: string; readonly withLine: boolean }[]
    }
  /** Looks own messages up by their numbers. Must see every commit that was asked for before it. */
  | { readonly type: 'recall'; readonly wanted: ToRecall }
  | { readonly type: 'settle'; readonly ticket: number; readonly error: ErrorCode | null; readonly value: string }
  | { readonly type: 'notify'; readonly change: EngineChange }

/** What may follow a commit: an event to the engine itself, a frame (the acknowledgement), an answer, a notice to views. */
export type After =
  | { readonly type: 'event'; readonly event: Event }
  | Extract<Effect, { readonly type: 'send' | 'settle' | 'notify' | 'publish' }>

export type EngineChange =
  | Exclude<Change, { readonly kind: 'arrived' }>
  | { readonly kind: 'arrived'; readonly peer: Peer; readonly place: Place; readonly line: MessageLine }
