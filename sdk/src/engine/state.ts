import type { ServerFrame } from '@chatnip/protocol'
import type { Mark, Place } from '../messenger.ts'
import type {
  Chain,
  EarlyRow,
  FadingRow,
  GroupRow,
  IdRow,
  KeyFacts,
  Line,
  LogicalKey,
  MessageLine,
  Meta,
  OutboxRow,
  Peer,
  SealedLink,
  Write,
} from './rows.ts'
import type { Info } from './many/info.ts'
import type { Wish } from './many/wishes.ts'
import type { PeopleBody } from './choices.ts'
import type { SeenBody } from './seen.ts'
import type { HistoryBody, ServiceBody } from './service.ts'
import type { Spans } from './spans.ts'
import type { Unwrapped } from './unwrapped.ts'

export type MailboxFrame = Extract<ServerFrame, { readonly type: 'message' | 'expired' }>

/** Everything that the engine knows. Never changed in place. */
export interface State {
  readonly own: Own
  /** State of the generator that spreads retries and numbers conversations. Not for secrets. */
  readonly seed: number
  readonly line: LineState
  readonly meta: Meta
  /** By lower-case name. */
  readonly peers: ReadonlyMap<string, Peer>
  /** Look-ups of public keys, by lower-case name. */
  readonly keys: ReadonlyMap<string, KeyAsked>
  /** A look-up found no answer; none is tried before the timer `ask` rings. How often in a row. */
  readonly askFailures: number
  readonly askWaiting: boolean
  /** In the order in which they were composed. */
  readonly outbox: readonly OutboxItem[]
  /** Conversations (lower-case names) that wait after a refusal. */
  readonly held: ReadonlySet<string>
  /** How many sends may be unanswered: one after the server disliked a frame, to find out which. */
  readonly window: number
  /** Ids accepted since the start, so that a repeated call is not taken for a new message while they are being written. */
  readonly recent: ReadonlySet<string>
  /** Names that are looked up for a call. `isShown`: the conversation is to stand in the list. */
  readonly opening: readonly { readonly ticket: number; readonly name: string; readonly isShown: boolean }[]
  readonly queue: readonly MailboxFrame[]
  readonly batch: Batch | null
  readonly batches: number
  /** By conversation and chain (`chainKey`). */
  readonly chains: ReadonlyMap<string, Chain>
  /** What is to be told to other devices. Not on disk: what is lost is owed again. */
  readonly service: readonly ServiceItem[]
  /** Receipts: the timer runs, or it rang while something was being written. */
  readonly telling: 'no' | 'soon' | 'due'
  /** Of own chains that may have lost their end, by conversation. */
  readonly heads: ReadonlyMap<number, { readonly times: number; readonly isArmed: boolean }>
  /** What was asked for and looked up lately, by chain and who asked. */
  readonly recalled: ReadonlyMap<string, { readonly at: number; readonly spans: Spans }>
  /** Acts that wait for the message that they are about, by conversation and running number. */
  readonly early: ReadonlyMap<string, EarlyRow>
  /**
   * Messages as they will be on disk, by `refKey`: those that were changed lately, and those that an act in the outbox is about. Whoever
   * has looked one up may have an older state in hand.
   */
  readonly lines: ReadonlyMap<string, KnownLine>
  /** Messages that disappear, by their place (`fadingKey`). */
  readonly fading: ReadonlyMap<string, FadingRow>
  readonly groups: ReadonlyMap<string, Group>
  /** A step of some group is being taken, or what came of it is being written: no other may begin. */
  readonly isStepping: boolean
  /** Groups that are being begun, or could not be, by conversation. Not on disk. */
  readonly begins: ReadonlyMap<number, Begin>
  /** Where something stood that could not be read: a group begun before that is not enough. By conversation; not on disk. */
  readonly afresh: ReadonlyMap<number, Place>
  /** The group whose own commit must be answered before the inbox goes on. */
  readonly awaited: string | null
  /** Accounts whose keys the next batch wants. */
  readonly wanted: readonly string[]
  /** Conversations in which something was sent or read since the start. */
  readonly active: ReadonlySet<number>
  /** What is asked of key packages for a wish, by conversation; `packages` null: no answer yet. */
  readonly claims: ReadonlyMap<
    number,
    { readonly account: string; readonly packages: readonly ClaimedPackage[] | null }
  >
  /** What the commit is about that is being made. */
  readonly proposal: { readonly info: Info; readonly wish: Wish } | null
  /** Which groups this device has asked to be let into, and when last (Unix ms). Not on disk. */
  readonly admissions: ReadonlyMap<string, number>
  /** Key packages. `busy`: looked after at the moment. */
  readonly stock: 'due' | 'busy' | 'done'
  /** When they were last, Unix ms. */
  readonly stockedAt: number
  /** The account's devices, as the server named them last. */
  readonly devices: readonly string[]
  /** Own devices in groups when it was last asked for them: whoever came since may be missing in the answer. */
  readonly known: readonly string[]
  /** Of those it named no more: they are to leave every group. */
  readonly gone: readonly string[]
}

/** `line` null: it was taken away. */
export interface KnownLine {
  readonly key: LogicalKey
  readonly line: MessageLine | null
}

/** `stage` of the pending commit; `accepted`: to be adopted. `behind`: an epoch that the server knows of and this device has not seen. */
export interface Group extends GroupRow {
  readonly stage: 'none' | 'storing' | 'ready' | 'flying' | 'held' | 'accepted'
  readonly behind: number
  /** Of many, of an accepted commit: up to which seq the mailbox is to be read before it is adopted. */
  readonly after?: number
  /** Where what it did is noted. */
  readonly news?: Place
}

export type ClaimedPackage = { readonly account: string; readonly device: string; readonly keyPackage: string }

/** `begun`: the last one was made at `at`. `none`: the server had no key packages then. `waiting`: until the timer rings. */
export type Begin =
  | { readonly phase: 'claiming' }
  | { readonly phase: 'claimed'; readonly packages: readonly ClaimedPackage[] }
  | { readonly phase: 'making' }
  | { readonly phase: 'waiting' }
  | { readonly phase: 'none'; readonly line: number; readonly at: number }
  | { readonly phase: 'begun'; readonly at: number }

/** A service message on its way. `about`: of the chain when it was made. */
export interface ServiceItem {
  readonly id: string
  /** Lower-case name. */
  readonly to: string
  readonly body: ServiceBody | HistoryBody | PeopleBody | SeenBody
  /** `held`: refused for now; the timer `service` rings. */
  readonly stage: 'waiting' | 'sealing' | 'flying' | 'held'
  /** Null: for whatever key the contact has now. */
  readonly onlyFor: string | null
  readonly about: { readonly number: number; readonly news: number }
}

export interface Own {
  readonly username: string
  readonly deviceId: string
  readonly publicKey: string
  readonly fingerprint: string
  /** Fingerprints of the account's keys of before that this device holds itself. */
  readonly earlier?: readonly string[]
  /** Strangers wait until they are accepted. */
  readonly holdsStrangers?: boolean
}

/**
 * `idle`: not started. `connecting`: the socket is being opened. `online`. `waiting`: until the timer `connect` rings.
 * `signed out`: until somebody nudges. `stopped`: for good.
 */
export type LinePhase = 'idle' | 'connecting' | 'online' | 'waiting' | 'signed out' | 'stopped'

export interface LineState {
  readonly phase: LinePhase
  /** Counts the sockets; whatever an older one still says is not heard. */
  readonly number: number
  /** Failed attempts in a row. */
  readonly failures: number
  /** Ticks of the timer `beat` since the last frame. */
  readonly silent: number
  /** `meta.cursor` when this socket opened. */
  readonly cursorAtOpen: number
}

export type KeyAsked =
  | { readonly phase: 'asking' }
  /** `facts` null: there is nobody of that name. */
  | { readonly phase: 'answered'; readonly facts: KeyFacts | null; readonly line: number; readonly at: number }

/**
 * `saving` → commit → `saved` → `sealing` → `storing` (commit of the sealed text) → `ready` → `flying` → gone, or back to `ready`.
 * `failed` stays until it is retried or discarded.
 */
export type Stage = 'saving' | 'saved' | 'sealing' | 'storing' | 'ready' | 'flying' | 'failed'

export interface OutboxItem extends OutboxRow {
  readonly stage: Stage
  /** It may have reached the server, so its bytes may not change any more. */
  readonly tried: boolean
  /** How often the server closed the line over a bad frame while only this one was unanswered. */
  readonly disliked: number
}

/** Frames that are worked on together and end in one commit. */
export interface Batch {
  readonly number: number
  readonly phase: 'finding' | 'asking' | 'opening' | 'unwrapping' | 'recalling' | 'committing'
  /** The line on which the frames came. */
  readonly line: number
  /** All of them are a group's, or none is. */
  readonly isGrouped: boolean
  /** Of a group's frames that have been opened: what must be written together with what they gave. */
  readonly secrets: readonly Write[] | null
  readonly entries: readonly Entry[]
  /** Keys asked for during this batch; null: there is nobody of that name. */
  readonly asked: ReadonlyMap<string, KeyFacts | null>
  /** What is known of the messages that came once more; null: not looked up yet. */
  readonly originals: readonly (Found | null)[] | null
  /** And of those that acts and answers are about. */
  readonly targets: readonly (Found | null)[]
}

export interface Entry {
  readonly frame: MailboxFrame
  readonly found: Found | null
  readonly opened: Opened | null
  /** The key that the server presented for the sender during this batch, if it was asked, and that `opened` was checked against. */
  readonly asked: KeyFacts | null
  /** The sender's key that was known when it was first opened. Asking for keys may pin another one meanwhile. */
  readonly pinned: string | null
  /** Of a group's frame that was taken in. */
  readonly unwrapped?: Unwrapped
}

/** What the device already knows of a message id. */
export interface Found {
  readonly row: IdRow
  readonly line: Line | null
}

/** What opening an envelope gave; the same words as crypto's, and `earlier key`. */
export interface Opened {
  readonly mark: Mark
  readonly reason: string | null
  readonly body: {
    readonly type: string
    readonly text?: unknown
    readonly re?: unknown
    readonly life?: unknown
    readonly files?: unknown
    readonly caption?: unknown
  } | null
  readonly at: number | null
  readonly to: string | null
  readonly signedBy: string | null
  readonly link?: SealedLink | null
  readonly claimed?: string | null
  /** The group of many that it was said in. */
  readonly many?: string
  readonly inGroup?: true
}
