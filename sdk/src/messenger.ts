import type { Standing } from './engine/choices.ts'
import type { FileCalls, FileView } from './file-views.ts'

/**
 * What a face (web, terminal) needs of the engine, and nothing more. The engine implements it over the ports; a browser tab
 * that is not the writer implements it by asking the tab that is.
 */

/**
 * How far this device's line to the server is. `signed out`: the session ended; composing goes on, sending waits. `damaged`: a stored row
 * that the engine needs cannot be read, now or ever, so nothing is fetched or sent any more; what can be read is shown and exported.
 */
export type Connection = 'online' | 'connecting' | 'offline' | 'signed out' | 'damaged'

/**
 * What can be said of who wrote a message.
 * `verified`: signed by the pinned key of the claimed sender. `new key`: signed by the sender's present key, which is not the
 * one that was known before. `earlier key`: signed by a key that was theirs until it changed; it may have been on its way, or
 * somebody has the old key. `unsigned`: plain text from a client without keys. `forged`: the signature, sender, addressee or
 * id is wrong; the text is not shown as theirs.
 */
export type Mark = 'verified' | 'new key' | 'earlier key' | 'unsigned' | 'forged'

/** Where a message stands in a conversation's order, the same on every device: own mailbox seq, then a running number. */
export interface Place {
  readonly seq: number
  readonly sub: number
}

/**
 * `waiting`: in the outbox. `accepted`: the server has it on disk. `stored`: one of the addressee's devices has said, signed, that it has
 * it on its own disk. `read`: and that somebody has seen it there. `failed`: refused for good. `expired`: nobody fetched it in time.
 */
export type SendState = 'waiting' | 'accepted' | 'stored' | 'read' | 'failed' | 'expired'

/** A message by its writer and its id. */
export interface MessageRef {
  readonly sender: string
  readonly id: string
}

/**
 * What a message answers. `here`: the text is this device's own copy. `told`: the original is not here, and the text is only what the
 * sender of the answer says it was. `deleted`: its writer deleted it.
 */
export interface QuoteView extends MessageRef {
  readonly text: string
  readonly state: 'here' | 'told' | 'deleted'
}

export interface ReactionView {
  /** The account's name. */
  readonly by: string
  readonly emoji: string
}

export interface MessageView extends MessageRef {
  readonly conversation: string
  readonly own: boolean
  /** As it was last edited; empty when it was deleted. */
  readonly text: string
  /** When it was last edited, by the sender's clock, Unix ms. */
  readonly edited: number | null
  /** Its writer deleted it for everybody. */
  readonly deleted: boolean
  readonly quote: QuoteView | null
  /** What it carries; its text is what its writer wrote to that. */
  readonly files: readonly FileView[]
  /** It disappears so many seconds after it was read, or, of an own one, sent; `at`: when that is, Unix ms, null: it is not yet known. */
  readonly fades: { readonly seconds: number; readonly at: number | null } | null
  /** One of each person, in the order in which they came. */
  readonly reactions: readonly ReactionView[]
  /** Whether it may be edited and deleted for everybody: one's own, under one's present key. */
  readonly changeable: boolean
  /** Not a message but an edit, a deletion, a reaction or a setting that could not be sent: it stands here to be tried again or taken away. */
  readonly act: 'edit' | 'delete' | 'reaction' | 'lifetime' | null
  /** The sender's clock, Unix ms. Shown, never sorted by. */
  readonly at: number
  /** Null while it waits in the outbox: such messages stand last, in the order in which they were composed. */
  readonly place: Place | null
  /** Of own messages. */
  readonly state: SendState | null
  /**
   * The catalogue's code: why it failed, or, while it waits, why the server did not take it yet; it is tried again by itself. `no key packages`:
   * it waits until a device of the contact's gives something to begin a conversation with.
   */
  readonly refusal: string | null
  /** Of received messages. */
  readonly mark: Mark | null
  readonly details: MarkDetails | null
  /** It travelled in a group: keys that are stolen later do not open it. False also while it waits. */
  readonly hasForwardSecrecy: boolean
}

/** What stands behind a mark, for the details view. */
export interface MarkDetails {
  /** Fingerprint of the key that signed, or null. */
  readonly fingerprint: string | null
  /** Since when that key is pinned for this contact, Unix ms. */
  readonly knownSince: number | null
  /** Compared in person. */
  readonly compared: boolean
  /** The typed reason of a `forged` or `unsigned` mark; of a `verified` one `no forward secrecy`: it came with less than is usual here. */
  readonly reason: string | null
}

export type GroupRole = 'owner' | 'member'

export interface GroupMemberView {
  /** The account's name. */
  readonly name: string
  readonly role: GroupRole
  readonly own: boolean
  /** Compared in person, and not changed since. */
  readonly compared: boolean
}

/** Small, for a list and a head. */
export interface GroupPicture {
  /** Told from the bytes themselves; nothing else is a picture here. */
  readonly type: 'image/png' | 'image/jpeg' | 'image/webp'
  /** Base64. */
  readonly data: string
}

/** A group of many. */
export interface GroupView {
  readonly title: string
  readonly picture: GroupPicture | null
  /** In the order in which they came in. */
  readonly members: readonly GroupMemberView[]
  /** One's own; null: not in it any more. Then it can be read and not written to. */
  readonly role: GroupRole | null
  /** Changes that were asked for and are not carried out yet. */
  readonly isChanging: boolean
}

/**
 * What happened in a group of many; accounts by their names. `joined`: this account was let in, by `by`. `not allowed`: `by` tried to change what
 * they may not, and it was not done.
 */
export type GroupNews =
  | { readonly type: 'made' | 'renamed'; readonly title: string }
  | { readonly type: 'added' | 'removed' | 'left'; readonly who: readonly string[] }
  | { readonly type: 'role'; readonly who: readonly string[]; readonly role: GroupRole }
  | { readonly type: 'picture' | 'joined' | 'not allowed' }

/** A line of a conversation that is an event and not somebody's message. */
export type NoticeView =
  /** `name`: whose. */
  | { readonly kind: 'key changed'; readonly name: string; readonly at: number; readonly place: Place }
  | {
      readonly kind: 'group'
      /** Who did it. */
      readonly by: string
      readonly news: GroupNews
      readonly at: number
      readonly place: Place
    }
  /** Somebody set how long messages stay; 0: for ever. */
  | {
      readonly kind: 'lifetime'
      readonly by: string
      readonly seconds: number
      readonly at: number
      readonly place: Place
    }
  /** An own message disappeared before any device of the addressee has said that it came. Goes away when one does. */
  | { readonly kind: 'ended'; readonly at: number; readonly place: Place }
  | {
      /** Messages that were sent and did not come: their sender counts them. Goes away by itself when all have come. */
      readonly kind: 'missing'
      readonly count: number
      /** Whose they are: the contact's name, or one's own for what another own device sent. */
      readonly from: string
      /** `asking`: the sender is asked for them again. `gone`: it cannot or does not give them any more. */
      readonly state: 'asking' | 'gone'
      /** They came, and this device could not read them: it was not in the conversation yet, say. */
      readonly isUnread: boolean
      readonly at: number
      readonly place: Place
    }

export interface ConversationView {
  /** The other account's name; one's own name is the note to self. A group of many has a name that is no account's, beginning with `group:`. */
  readonly name: string
  /** What it is, when it is a group of many. */
  readonly group: GroupView | null
  readonly last: MessageView | null
  readonly unread: number
  /** Own messages that failed or expired and were neither sent again nor taken away, however far back they stand. */
  readonly undelivered: number
  /** A reaction that came behind the last message: by whom, and the beginning of the message that it is to. */
  readonly reacted: (ReactionView & { readonly to: string }) | null
  /** How long messages stay that are written now, in seconds; 0: for ever. */
  readonly lifetime: number
  /** `asks`: a stranger's request, of which its sender hears nothing before it was accepted. `blocked`: nothing of theirs is taken. */
  readonly standing: 'accepted' | 'asks' | 'blocked'
  /** Until when it makes no noise, Unix ms; 0: it does. `always`: until that is taken back. */
  readonly mutedUntil: number | 'always'
  /** Unix ms of the last activity; the list is sorted by it, latest first. */
  readonly activeAt: number
}

export interface ContactView {
  readonly name: string
  /** False: the account brings a public key of another format; only plain text can be sent to it. */
  readonly canSeal: boolean
  readonly fingerprint: string | null
  readonly knownSince: number | null
  readonly compared: boolean
  /** The key changed and the person has not confirmed it yet. When `compared` was true, sending waits for that. */
  readonly keyChanged: boolean
  readonly mustConfirm: boolean
  /** There has been a group under the key that they have now, so nothing goes to them with less. */
  readonly hasForwardSecrecy: boolean
}

export interface Profile {
  readonly username: string
  readonly deviceId: string
  readonly fingerprint: string
}

export interface SafetyNumber {
  /** Sixty digits, the same on both sides. */
  readonly digits: string
  /** What the QR code carries; `checkScan` of the other side takes it. */
  readonly scan: string
}

export type HistoryWish = { readonly since: number | null } | 'none'

/** The history that this device gets from another one of the account. */
export interface HistoryView {
  /** `stopped`: the person wants none, or no more. */
  readonly stage: 'asking' | 'getting' | 'done' | 'failed' | 'stopped'
  /** Why it failed: there is nobody to ask, the account has no room for files, or what came was not what was sent. */
  readonly reason: 'no other device' | 'no room' | 'damaged' | null
  /** How many messages have come, and of how many; null: nobody has offered them yet. */
  readonly brought: number
  readonly of: number | null
  /** From when on, Unix ms; null: everything. */
  readonly since: number | null
}

/** What changed, so that a view reads again only that. */
export type Change =
  | { readonly kind: 'connection' }
  | { readonly kind: 'conversations' }
  | { readonly kind: 'messages'; readonly conversation: string }
  | { readonly kind: 'contact'; readonly name: string }
  | { readonly kind: 'settings' }
  /** So many bytes of a file have been sent or fetched. */
  | { readonly kind: 'file'; readonly id: string; readonly done: number; readonly of: number }
  /** `Historian.history`. */
  | { readonly kind: 'history' }
  /** More of the history can be searched than before. */
  | { readonly kind: 'searchable' }
  /** A message of somebody else that was not there before: for announcements and badges. */
  | { readonly kind: 'arrived'; readonly message: MessageView }
  /** Somebody else's reaction to an own message; `to` is its text. For announcements, never for badges. */
  | {
      readonly kind: 'reacted'
      readonly conversation: string
      readonly by: string
      readonly emoji: string
      readonly to: string
      readonly about: MessageRef
    }

export interface SearchOptions {
  /** Only in this conversation. */
  readonly conversation?: string
  /** Goes on behind the last hit: only what stands before its place. */
  readonly before?: Place
  /** Default 50. */
  readonly limit?: number
}

export interface Found {
  /** Latest first. */
  readonly hits: readonly MessageView[]
  /** There are more than these. */
  readonly more: boolean
  /** False: the history is still being read. The change `searchable` says when there is more to search. */
  readonly isComplete: boolean
  /** Part of the history cannot be read on this device, and is not searched. */
  readonly isDamaged: boolean
}

export interface SendOptions {
  readonly id?: string
  readonly re?: MessageRef
}

export interface Messenger extends FileCalls {
  readonly profile: Profile
  connection(): Connection
  /** How many messages wait in the outbox. */
  waiting(): number
  conversations(): readonly ConversationView[]
  /**
   * Oldest first, at most `limit` (default 100): those that stand before `before`, or from the place `from` on, else the latest. What
   * waits stands behind the latest, and comes with them only: a page `from` a place that is not full has reached it.
   */
  messages(
    conversation: string,
    options?: { readonly before?: Place; readonly from?: Place; readonly limit?: number },
  ): Promise<readonly (MessageView | NoticeView)[]>
  contact(name: string): ContactView | null
  /**
   * Finds an account by its name and makes the conversation, pinning the key on first contact.
   * @returns the name as registered
   * @throws ChatnipError no_such_user, or unavailable when offline and the name is new
   */
  open(name: string): Promise<string>
  /**
   * Resolves when the message lies in the outbox on disk, in the place of the conversation's draft; from then on it survives any
   * crash.
   * @param options `id`: so that a repeated call is the same message. `re`: the message that is answered
   * @throws ChatnipError too_large
   */
  send(conversation: string, text: string, options?: SendOptions): Promise<string>
  /**
   * Makes a group of many, with this account as its owner. Resolves when it is on disk; from then on it survives any crash, and can be written to.
   * @param names accounts; their keys are pinned as at every first contact
   * @param options `picture`: PNG, JPEG or WebP, at most 12 KiB
   * @returns `conversation`: what the group is called wherever a conversation is named. `left`: who could not be added, since none of their
   * devices knows groups
   * @throws ChatnipError no_such_user; too_large or bad_request (title, picture); group_full; unavailable: offline, or no groups here
   */
  makeGroup(
    title: string,
    names: readonly string[],
    options?: { readonly picture?: Uint8Array | undefined },
  ): Promise<{ readonly conversation: string; readonly left: readonly string[] }>
  /**
   * Adds people. Resolves when that is on disk; a notice in the log says when it is done. Of what was said before nothing is given to them.
   * @returns who could not be added, since none of their devices knows groups
   * @throws ChatnipError as `makeGroup`; not_allowed for who does not own it; not_found
   */
  addToGroup(conversation: string, names: readonly string[]): Promise<{ readonly left: readonly string[] }>
  /** Removes somebody. Resolves when that is on disk. @throws ChatnipError not_allowed for who does not own it; not_found */
  removeFromGroup(conversation: string, name: string): Promise<void>
  /** Resolves when that is on disk; as long as it is not carried out `GroupView.role` stands. The history stays. @throws ChatnipError not_found or not_allowed */
  leaveGroup(conversation: string): Promise<void>
  /** @throws ChatnipError not_allowed for who does not own it; not_found */
  setGroupRole(conversation: string, name: string, role: GroupRole): Promise<void>
  /** @param title at most 100 characters. @throws ChatnipError too_large, bad_request when it is empty; not_allowed; not_found */
  renameGroup(conversation: string, title: string): Promise<void>
  /** @param picture as for `makeGroup`; null: none. @throws ChatnipError too_large, image_invalid, not_allowed, not_found */
  setGroupPicture(conversation: string, picture: Uint8Array | null): Promise<void>
  /**
   * Other words for an own message. Resolves when that lies in the outbox; it is shown from then on.
   * @throws ChatnipError too_large, not_found, or not_allowed (`MessageView.changeable`, and conversations without envelopes)
   */
  edit(conversation: string, id: string, text: string): Promise<void>
  /**
   * Deletes a message: an own one for `everyone`, where it stands on as deleted; or any one `here`, on this device alone.
   * @throws ChatnipError not_found or not_allowed, as `edit`
   */
  remove(conversation: string, message: MessageRef, from: 'everyone' | 'here'): Promise<void>
  /**
   * Reacts to a message; null takes that back.
   * @throws ChatnipError bad_request when it is not one emoji; not_found or not_allowed, as `edit`
   */
  react(conversation: string, message: MessageRef, emoji: string | null): Promise<void>
  /**
   * How long messages stay that are written here from now on, in seconds; 0: for ever. Everybody in the conversation sees who set it. Each
   * counts for its reader from when it was read, for its writer from when it was sent.
   * @throws ChatnipError bad_request: not 0, nor a minute to 30 days; not_allowed, as `edit`
   */
  setLifetime(conversation: string, seconds: number): Promise<void>
  /**
   * Decides about a stranger's request, or about anybody: on all own devices. Resolves when it is on disk. `accepted` takes `blocked` back. What was
   * `deleted` of a request is gone, and whoever asked may ask again; of any other conversation nothing is.
   * @throws ChatnipError not_allowed about oneself
   */
  decide(name: string, standing: Standing): Promise<void>
  /** Accounts of which nothing is taken. */
  blocked(): readonly string[]
  /**
   * No noise about what comes in this conversation, on all own devices.
   * @param until Unix ms; 0: noise again; `always`: until that is taken back
   * @throws ChatnipError bad_request
   */
  mute(conversation: string, until: number | 'always'): Promise<void>
  /** Tries a failed or expired message again, as a new message in the old one's stead; one that waits after a refusal at once, as it is. */
  retry(conversation: string, id: string): Promise<void>
  /** Asks once more, and now, for everything that is missing in a conversation. */
  askAgain(conversation: string): Promise<void>
  /** Takes a waiting, failed or expired message away. */
  discard(conversation: string, id: string): Promise<void>
  /** Somebody has seen it to its end: call it only when that is so. Senders are told, unless `readReceipts` is off. */
  markRead(conversation: string): Promise<void>
  saveDraft(conversation: string, text: string): Promise<void>
  draft(conversation: string): Promise<string>
  /** The person has seen that the key changed and goes on with the new one. */
  confirmKey(name: string): Promise<void>
  /**
   * Notes that the person compared numbers, or takes that back.
   * @param seen the sixty digits that were compared: the key may have changed since they were shown
   * @returns false when they are not the number of the present key; then nothing is noted
   */
  setCompared(name: string, compared: boolean, seen?: string): Promise<boolean>
  safetyNumber(name: string): Promise<SafetyNumber>
  /** Whether what was scanned on the other side's screen belongs to the same two keys. */
  checkScan(name: string, scanned: string): Promise<boolean>
  /** Whether this device tells senders that it has their messages (their two ticks). On at first. */
  receipts(): boolean
  /** Off: senders hear of this device only when something of theirs is missing here. */
  setReceipts(on: boolean): Promise<void>
  /** Whether this device tells senders what was read here. On at first; without `receipts` nothing is told. */
  readReceipts(): boolean
  setReadReceipts(on: boolean): Promise<void>
  /**
   * Messages of the local history that hold all of the words, in whatever order, small or capital, with or without accents; words of three
   * letters and more also inside of others. What waits in the outbox is not searched.
   */
  search(query: string, options?: SearchOptions): Promise<Found>
  /** The whole local history, oldest first per conversation. */
  exportHistory(): Promise<readonly MessageView[]>
  deleteHistory(): Promise<void>
  onChange(listener: (change: Change) => void): () => void
  /** Tries to connect now (the network came back, the page became visible). */
  nudge(): void
  /** Finishes the write under way and disconnects. Nothing is lost. */
  stop(): Promise<void>
}

/** The history between the devices of an account. */
export interface Historian {
  /**
   * How far the history has come that another device gives; null: it was never asked for.
   * @param wish asks for what was said since then (Unix ms; null: everything), or says that nothing, or no more, is wanted
   */
  history(wish?: HistoryWish): Promise<HistoryView | null>
}
