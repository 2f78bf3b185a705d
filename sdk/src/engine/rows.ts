import type { Addressed } from '@chatnip/protocol'
import type { Mark, Place } from '../messenger.ts'
import type { Deed } from './altered.ts'
import type { Choices } from './choices.ts'
import type { Act, MessageRef, Quote, Setting } from './content.ts'
import type { FadingClock } from './fading-clock.ts'
import type { FileInfo } from './files.ts'
import type { Info } from './many/info.ts'
import type { News } from './many/news.ts'
import type { Wish } from './many/wishes.ts'
import type { Spans } from './spans.ts'

/**
 * What the engine keeps on the device, table by table. Keys reveal nothing: a conversation is a random number, `ids` are hashed
 * by the vault. Values are sealed by the vault.
 *
 * - `meta` ['state'] — the engine's counters.
 * - `peers` [number] — an account that we know, and the conversation with it.
 * - `messages` [number, seq, sub] — a conversation's lines in their order.
 * - `outbox` [order] — own messages that the server has not accepted yet.
 * - `ids` [sender, id] — every message ever stored, and where. Stays for ever, also when the history is deleted: this is what
 *   keeps a message from being shown twice.
 * - `drafts` [number]
 * - `chains` [number, chain] — what one device says in one conversation, counted: how far it has come, and what is missing of it.
 * - `links` [number, chain, n] — own messages by their number, to give them again.
 * - `early` [number, running number] — acts about messages that are not here yet.
 * - `fading` [number, seq, sub] — messages that disappear, and when.
 * - `bringing` ['in', seq] | ['want'] | ['give', request] — the history that a new device gets: what was heard of it, and how far it is. The
 *   engine only notes what it heard.
 * - `groups` [id] — what the engine knows of a conversation's MLS groups.
 * - `secrets` [kind, name] — their state and the device's key packages, which the engine writes and never looks into.
 */
export interface Tables {
  readonly meta: Meta
  readonly peers: Peer
  readonly messages: Line
  readonly outbox: OutboxRow
  readonly ids: IdRow
  readonly drafts: { readonly text: string }
  readonly chains: Chain
  readonly links: LinkRow
  readonly early: EarlyRow
  readonly fading: FadingRow
  readonly bringing: BringingRow
  readonly files: FileRow
  readonly groups: GroupRow
  readonly secrets: SecretRow
}

export type Table = keyof Tables
export type LogicalKey = readonly (string | number)[]

/** One change of one row; `value: null` removes it. */
export type Write = {
  [T in Table]: { readonly table: T; readonly key: LogicalKey; readonly value: Tables[T] | null }
}[Table]

export interface Meta {
  readonly version: 1
  /** Whose mailbox the numbers below belong to: another device id means another mailbox, counted anew. */
  readonly deviceId: string
  /** The last mailbox seq that is committed here. */
  readonly cursor: number
  /** Added to a mailbox seq to make a place, so that places go on rising when a mailbox is counted anew. */
  readonly base: number
  /** The highest place seq ever given. */
  readonly top: number
  /** Running numbers: of own messages and notices between two seqs, and of the outbox. */
  readonly sub: number
  readonly order: number
  /** Below it no line stands; 0 and absent: nothing was brought. */
  readonly bottom?: number
  /** How many seqs were never seen: expired on the server, or lost by it. */
  readonly gaps: number
  /** False: senders are told only what is missing. */
  readonly receipts?: boolean
  /** False: they are not told what was read. */
  readonly readReceipts?: boolean
  /**
   * `asked`: the other own devices know that this one wants to hear whom they know. `owes`: another one wants that, and has no answer yet. `heard`:
   * what they have said about people, and is not carried out yet.
   */
  readonly people?: {
    readonly asked?: true
    readonly owes?: true
    readonly heard?: readonly { readonly type: string }[]
  }
  /** Absent: nothing that disappears was ever here. */
  readonly fading?: FadingClock
}

/** What a public key is, worked out by the caller. `canSeal` is false for a key of another client's format. */
export interface KeyFacts {
  readonly publicKey: string
  readonly fingerprint: string
  readonly canSeal: boolean
}

export interface Peer {
  readonly number: number
  /** As registered; as typed until the server or a message has told. */
  readonly name: string
  readonly pinned: (KeyFacts & { readonly since: number }) | null
  /** Keys that were pinned before, latest first: what was on its way when a key changed is signed with one of them. */
  readonly earlier?: readonly string[]
  /** Compared in person. */
  readonly compared: boolean
  /** A changed key that waits for the person's confirmation before anything is sealed for it. */
  readonly candidate: KeyFacts | null
  /** The key changed and the person has not said "seen" yet. */
  readonly keyChanged: boolean
  readonly unread: number
  /** Fingerprint of the pinned key under which there has been a group with this contact: nothing less is sent to that key. */
  readonly grouped?: string
  /** How many own messages here expired and were neither sent again nor taken away. Absent: none. */
  readonly expired?: number
  /** Unix ms of the last activity here; 0: there is no conversation yet. */
  readonly activeAt: number
  /** The last message, its text cut short, so that the list is painted from this row alone. */
  readonly last: { readonly place: Place; readonly line: MessageLine } | null
  /** The latest reaction, for the list. Absent: none. */
  readonly reacted?: Reacted
  /** How long messages stay here that are written now, in seconds, 0: for ever; and where that was said. Absent: never said. */
  readonly lifetime?: { readonly seconds: number; readonly place: Place }
  /** A group of many, and no account. Absent: one account. */
  readonly many?: Many
  /** A stranger's request: nobody has accepted them, or written to them. */
  readonly asks?: true
  /** What was decided about it. Absent: nothing. */
  readonly choices?: Choices
  /** A request was thrown away: what stands up to here is still to be taken from the disk. */
  readonly cleared?: Place
}

/** A group of many. */
export interface Many {
  /** As this device knows it. */
  readonly info: Info
  /** False: this account is not in it any more, or not yet let in again. */
  readonly isIn: boolean
  /** What is to be done there and is not done yet, in that order. */
  readonly wishes: readonly Wish[]
}

export interface Reacted {
  readonly place: Place
  /** In lower case. */
  readonly by: string
  readonly emoji: string
  readonly to: MessageRef
  /** Of the message, cut short. */
  readonly text: string
}

export interface MessageLine {
  readonly kind: 'message'
  readonly id: string
  readonly sender: string
  readonly own: boolean
  readonly text: string
  readonly at: number
  readonly state: 'accepted' | 'expired' | null
  readonly mark: Mark | null
  readonly reason: string | null
  /** Of the key that signed it. */
  readonly fingerprint: string | null
  readonly knownSince: number | null
  /** Brought by another own device, by its id: its word stands for the rest. */
  readonly from?: string
  /** It travelled in a group, so with forward secrecy. */
  readonly inGroup?: true
  /** Of own messages that are counted: by this it is known which of them have been stored. */
  readonly link?: { readonly chain: string; readonly n: number }
  /** What it answers. Its text only when that message was not here when this one came: what is deleted there must not live on here. */
  readonly re?: Quote
  /** When it was last edited (Unix ms), and where that edit stands. */
  readonly edited?: { readonly at: number; readonly place: Place }
  /** When its writer deleted it for everybody, Unix ms. Its text is gone. */
  readonly deleted?: number
  /** How long it stays, in seconds. Absent: for ever. */
  readonly life?: number
  /** What it carries; its text is what its writer wrote to that. */
  readonly files?: readonly FileInfo[]
  /** One of each person. `emoji` null: taken back; kept, since an older one may still come. */
  readonly reactions?: readonly { readonly by: string; readonly emoji: string | null; readonly place: Place }[]
}

/** Not shown: what it did stands in the message that it is about. Of an edit the text is not kept here, so that a deletion leaves none. */
export interface ActLine {
  readonly kind: 'act'
  readonly id: string
  readonly sender: string
  readonly own: boolean
  readonly at: number
  readonly act: Act
  readonly link?: { readonly chain: string; readonly n: number }
  /** The message that it is about disappears: when that is gone, so is this. */
  readonly fades?: true
}

/** What somebody set for the whole conversation, shown where it was said. */
export interface SettingLine {
  readonly kind: 'setting'
  readonly id: string
  readonly sender: string
  readonly own: boolean
  readonly at: number
  readonly setting: Setting
  readonly link?: { readonly chain: string; readonly n: number }
}

/** A message that disappears, by its place in `messages`. */
export interface FadingRow {
  readonly key: LogicalKey
  /** In lower case. */
  readonly sender: string
  readonly id: string
  readonly own: boolean
  /** In seconds. */
  readonly life: number
  /** By the clock of `meta.fading`, ms. Null: nobody has read it here. */
  readonly ends: number | null
  readonly link?: { readonly chain: string; readonly n: number }
}

/** An act about a message that this device has not got, or not yet. */
export interface EarlyRow {
  readonly number: number
  readonly slot: number
  readonly about: MessageRef
  readonly deed: Deed
}

export type NoticeLine = KeyNotice | MissingNotice | GroupNotice | EndedNotice

export interface KeyNotice {
  readonly kind: 'notice'
  readonly notice: 'key changed'
  readonly at: number
  /** Whose, in a group of many, in lower case. */
  readonly by?: string
}

/** What happened in a group of many. */
export interface GroupNotice {
  readonly kind: 'notice'
  readonly notice: 'group'
  readonly at: number
  /** Who did it, in lower case. */
  readonly by: string
  readonly news: News
}

/** How many are missing now stands in the chain's gap; here what is left of it when the gap is not kept any more. */
export interface MissingNotice {
  readonly kind: 'notice'
  readonly notice: 'missing'
  readonly at: number
  readonly chain: string
  readonly count: number
  readonly own: boolean
  /** As of its gap. */
  readonly isUnread?: true
}

/** In the place of an own message that disappeared before anybody said that it came. Shown as long as nobody does. */
export interface EndedNotice {
  readonly kind: 'notice'
  readonly notice: 'ended'
  readonly at: number
  readonly chain: string
  readonly n: number
}

/** A body of a type that this version does not know. Kept so that a later version can show it. */
export interface UnknownLine {
  readonly kind: 'unknown'
  readonly id: string
  readonly sender: string
  readonly at: number
  readonly body: unknown
}

export type Line = MessageLine | ActLine | SettingLine | NoticeLine | UnknownLine

export interface IdRow {
  /** Where in `messages`, or null when nothing is shown for it. */
  readonly line: LogicalKey | null
  /** It came and could not be read: what is given again under this id is taken. */
  readonly isMissing?: true
}

export interface OutboxRow {
  readonly order: number
  readonly id: string
  /** The addressee's name in lower case. */
  readonly to: string
  readonly text: string
  /** In place of the text. */
  readonly act?: Act
  readonly setting?: Setting
  /** How long it stays, in seconds; of an edit, what it is about. Absent: for ever. */
  readonly life?: number
  /** What it answers. */
  readonly re?: Quote
  readonly files?: readonly FileInfo[]
  /** Not all of them are on the server yet: it does not go before they are, and nothing else waits for that. */
  readonly isHeld?: boolean
  readonly at: number
  readonly state: 'waiting' | 'failed'
  readonly refusal: string | null
  readonly sealed: Sealed | null
}

/** What goes over the line, saved before it goes there first, so that each retry sends the same bytes under the same id. */
export interface Sealed {
  readonly to: readonly Addressed[]
  /** One text for all who bring none of their own. */
  readonly text?: string
  /** The group that it was sealed in, and its epoch then. Absent: an envelope. */
  readonly group?: { readonly id: string; readonly epoch: number }
  /** The addressee's public key that it was sealed for. */
  readonly key: string
  /** Fingerprint of the own key that signed it. Absent: from before that was noted. */
  readonly signedBy?: string
  /** Absent: from before messages were counted. Null: sent as plain text, which nobody counts. */
  readonly link?: SealedLink | null
}

/** A place in a chain. `hash` is what the next one bears as `prev`. */
export interface SealedLink {
  readonly chain: string
  readonly n: number
  readonly prev: string
  readonly hash: string
}

export interface Chain {
  /** Of the conversation. */
  readonly number: number
  readonly chain: string
  /** Whose messages: this device's, another own device's, or the contact's. */
  readonly whose: 'own' | 'sibling' | 'contact'
  /** In a group of many, of a `contact`: whose device it is, in lower case. */
  readonly by?: string | undefined
  /** In a group of many, of own messages: by account, what it has told; `stored`, `unsure` and `read` hold what is true of all. */
  readonly each?: Readonly<Record<string, Told>>
  /** The last number: sent, or seen. */
  readonly n: number
  /** Of that message; empty: not known. */
  readonly hash: string
  readonly gaps: readonly Gap[]
  /** Counts what there is to tell the sender, and how much of that has been told. */
  readonly news: number
  readonly told: number
  /** Of own messages: the last that a device of the addressee has told of, and which before it none has said that it has. */
  readonly stored: number
  readonly unsure: Spans
  /** How far it was read: on this device, when that may be told; of own messages, as the addressee has told. Absent: not known. */
  readonly read?: number
  /** Of a contact's: how far somebody has looked at it on any own device; and how far the others know that. Absent: nothing. */
  readonly seen?: number
  readonly seenTold?: number
  /** Of own messages: those that expired, are counted as undelivered, and of which nobody has told since that they came. Absent: none. */
  readonly expired?: Spans
  /** `meta.top` when it last grew. */
  readonly used: number
}

/** What one account has told of own messages. What stands before `from` was said before it was in. */
export interface Told {
  readonly from: number
  readonly stored: number
  readonly unsure: Spans
  readonly read: number
}

/** Of the history that a new device gets; what else stands in it, `bringing/` knows. */
export interface BringingRow {
  readonly role: 'heard' | 'want' | 'give'
}

/** What another own device has said about it, and where that stood. */
export interface HeardRow extends BringingRow {
  readonly role: 'heard'
  readonly body: { readonly type: string }
  readonly place: Place
}

/** Numbers of a chain that did not come. */
export interface Gap {
  readonly first: number
  readonly last: number
  readonly missing: Spans
  /** What its sender does not give again. */
  readonly gone: Spans
  /** From before this device knew the chain: nobody is told, and the sender decides whether it was lost. */
  readonly quiet: boolean
  /** Of the notice. Behind it places are kept for the last of them. */
  readonly place: Place
  /** How often they were asked for, and when last (Unix ms; at first, when the gap was seen). */
  readonly asked: number
  readonly askedAt: number
  /** It came, and this device could not read it. */
  readonly isUnread?: true
  /** Of a single one: where it belongs, when that is not behind the notice. */
  readonly slot?: Place
}

/** Which blobs a message carries, or is to carry, or carried (`files/ledger.ts`). */
export interface FileRow {
  readonly blobs: readonly string[]
  /** This account uploaded them. */
  readonly isOwn: boolean
}

/** A device of an account, the account's name in lower case. */
export interface Member {
  readonly account: string
  readonly device: string
}

export interface GroupRow {
  readonly id: string
  /** Of the conversation. */
  readonly number: number
  readonly epoch: number
  readonly members: readonly Member[]
  /** By account: fingerprint of the key that has signed its devices here. */
  readonly keys: Readonly<Record<string, string>>
  /** Where its beginning stands, the same for everybody; null: not accepted yet. */
  readonly place: Place | null
  /** This device cannot go on in it. */
  readonly isBroken: boolean
  /** When this device last renewed its keys here, Unix ms. */
  readonly renewedAt: number
  /** An own commit that the server has not answered yet. */
  readonly pending: Handshake | null
  /** Of many: the version of what it is (`Info`) that was reached in it. */
  readonly version?: number
  /** Own devices that could not be brought in when that was tried last. Absent: none. */
  readonly lacking?: readonly string[]
}

export interface Handshake {
  /** Of the message that carries it. */
  readonly id: string
  readonly kind: 'begin' | 'renew' | 'remove' | 'change'
  /** Unix seconds, the same in every try. */
  readonly timestamp: number
  /** The epoch that it ends. */
  readonly epoch: number
  readonly to: readonly Addressed[]
  readonly text: string
  /** Of many: what the group is when it is accepted, and which wish it carries out. */
  readonly info?: Info
  readonly wish?: Wish
}

/** Of a key package: `order` rises with each, `madeAt` in Unix ms; `isUsed`: of a last resort, by which somebody has begun a group. */
export interface SecretRow {
  readonly blob: string
  readonly order?: number
  readonly madeAt?: number
  readonly isUsed?: true
}

export interface LinkRow {
  readonly id: string
  /** Fingerprints of the keys it was sealed for: the addressee's and one's own. It is given again for no other. */
  readonly key: string
  readonly own: string
  readonly withdrawn: boolean
  /** In a group of many: by account, the fingerprint of the key under which it was in then. It is given again to nobody else. */
  readonly keys?: Readonly<Record<string, string>>
  /** How often it was given again. */
  readonly again: number
}
