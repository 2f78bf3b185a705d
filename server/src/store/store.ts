import type { Addressed, Group } from '@chatnip/protocol'
import type { Known } from './known.ts'

/**
 * Where the server keeps things. One interface, one contract suite (`contract.ts`), any number of implementations.
 *
 * Rules that every implementation keeps:
 * - A promise that resolves means: on disk, fsynced. Nothing is promised before.
 * - What a person can cause (name taken, unknown addressee, full mailbox) is a typed result; what only the machine can cause
 *   (disk full, database locked) is thrown as `ChatnipError` `disk_full` or `unavailable`, and then nothing was stored.
 * - Times are Unix milliseconds and come from the caller: the store has no clock.
 * - Names are given as typed by people; the store compares them without case and returns them as first registered.
 */
export interface Store
  extends AccountStore, SessionStore, MailboxStore, KeyPackageStore, BlobStore, PushStore, InviteStore, Upkeep {}

/** How much an account and a mailbox may hold; `LIMITS` unless a test says otherwise. */
export interface StoreLimits {
  readonly devicesPerAccount: number
  readonly sessionsPerAccount: number
  readonly keyPackagesPerDevice: number
  /** For how long it is still known which key packages were handed out, and in which epoch a group is that nobody uses. */
  readonly retentionDays: number
  readonly mailboxMessages: number
  readonly mailboxBytes: number
  /** The part of a mailbox (0 to 1) that one sender may fill. */
  readonly senderShare: number
  readonly blobsPerAccount: number
  /** Their sizes together, unfinished ones counted whole. */
  readonly blobBytesPerAccount: number
}

/** Internal numbers. Never leave the server. */
export type AccountNumber = number
export type MailboxNumber = number

export interface Account {
  readonly account: AccountNumber
  readonly username: string
  /** PHC string of Argon2id. */
  readonly passwordHash: string
  readonly publicKey: string
  readonly wrappedByPassword: string | null
  readonly recovery: Recovery | null
  /** SHA-256 of a one-time code by which the owner may start afresh, and until when (ms). */
  readonly freshStart: { readonly hash: Uint8Array; readonly until: number } | null
  /** Content hash (hex) of the avatar file, or null. */
  readonly avatar: string | null
  readonly disabled: boolean
  readonly createdAt: number
}

export interface NewAccount {
  readonly username: string
  readonly passwordHash: string
  readonly publicKey: string
  readonly wrappedByPassword: string | null
  readonly recovery: Recovery | null
  readonly now: number
  /** SHA-256 of an invite code that is used up by this sign-up, in the same transaction. */
  readonly inviteHash: Uint8Array | null
  /** A used proof of work: stored so that it works once, kept until `until` (ms). */
  readonly proof: { readonly hash: Uint8Array; readonly until: number } | null
}

/** The copy of the private keys that the recovery code opens, and the SHA-256 of the proof of holding that code. */
export interface Recovery {
  readonly wrapped: string
  readonly proofHash: Uint8Array
}

/** What of an account changes; absent fields stay. `freshStart: null` uses a code up. */
export interface AccountChange {
  readonly passwordHash?: string
  /** Another than before: the account's key packages go, in the same transaction. */
  readonly publicKey?: string
  readonly wrappedByPassword?: string | null
  readonly recovery?: Recovery | null
  readonly freshStart?: Account['freshStart']
  readonly avatar?: string | null
  readonly disabled?: boolean
  /**
   * Change nothing unless this still is the password's hash: checking a password takes its time, and what it permitted
   * must not happen once the password has changed.
   */
  readonly ifPasswordHash?: string
  /** End the account's sessions in the same transaction: all of them, or all but the one with this hash. */
  readonly endSessions?: 'all' | { readonly allBut: Uint8Array }
}

export interface AccountStore {
  createAccount(account: NewAccount): Promise<'created' | 'name_taken' | 'invite_invalid' | 'proof_used'>
  findAccount(username: string): Promise<Account | null>
  getAccount(account: AccountNumber): Promise<Account | null>
  /** False: there is no such account, or its password is another now (`ifPasswordHash`). */
  changeAccount(account: AccountNumber, change: AccountChange): Promise<boolean>
  /**
   * Removes the account with its sessions, devices, mailboxes, waiting messages sent and received. Dedup records go too. Its blobs are nobody's
   * from then on, and come with the next `releaseBlobs`.
   */
  deleteAccount(account: AccountNumber): Promise<boolean>
  /** For the people who run the server; ordered by name, `after` a name. */
  listAccounts(after: string, limit: number): Promise<readonly AccountSummary[]>
}

export interface AccountSummary {
  readonly username: string
  readonly createdAt: number
  readonly disabled: boolean
  readonly devices: number
  readonly waiting: number
  readonly waitingBytes: number
}

export interface Session {
  readonly hash: Uint8Array
  readonly account: AccountNumber
  readonly username: string
  readonly disabled: boolean
  /** Null: a plain session; it reads the account's plain mailbox. */
  readonly device: Device | null
  readonly createdAt: number
  readonly usedAt: number
  readonly expiresAt: number
}

export interface Device {
  readonly deviceId: string
  readonly mailbox: MailboxNumber
  readonly name: string
  readonly createdAt: number
  /** YYYY-MM-DD. */
  readonly lastSeen: string
}

export interface NewSession {
  readonly hash: Uint8Array
  readonly account: AccountNumber
  readonly now: number
  readonly expiresAt: number
  /** The password's hash that was checked; with another one now the answer is `no_such_account`. */
  readonly ifPasswordHash?: string
  /** A device to register or, with an id that exists, to sign in to again (its older sessions end). */
  readonly device: { readonly deviceId: string; readonly name: string; readonly isNew: boolean } | null
}

export interface SessionStore {
  /** Ends the account's oldest plain sessions beyond the limit. `no_such_device`: the id is not this account's. */
  createSession(session: NewSession): Promise<'created' | 'too_many_devices' | 'no_such_device' | 'no_such_account'>
  /** Null when unknown or when `expiresAt <= now`. */
  findSession(hash: Uint8Array, now: number): Promise<Session | null>
  /**
   * Moves the end of a session that was used; that of a device never nearer, or a clock that stands years behind for a minute would sign out
   * every device that is connected. Coarse and lazy: the caller calls it at most every few seconds a session.
   */
  touchSession(hash: Uint8Array, usedAt: number, expiresAt: number): Promise<void>
  endSession(hash: Uint8Array): Promise<boolean>
  listSessions(account: AccountNumber, now: number): Promise<readonly Session[]>
  /** Turns a plain session into the session of a new device. */
  registerDevice(
    hash: Uint8Array,
    device: { deviceId: string; name: string; now: number; expiresAt: number },
  ): Promise<'registered' | 'too_many_devices' | 'not_plain'>
  listDevices(account: AccountNumber): Promise<readonly (Device & { readonly waiting: number })[]>
  /**
   * Removes a device and its sessions. An account always keeps one mailbox: the first device takes over the plain mailbox,
   * and the mailbox of the last device that goes becomes the plain one again, with what waits in it.
   */
  removeDevice(account: AccountNumber, deviceId: string): Promise<boolean>
  /** The mailbox that a plain session reads, or null once the account has devices. */
  plainMailbox(account: AccountNumber): Promise<MailboxNumber | null>
}

/** What a message of a conversation says of its group. */
export type GroupMark = Group

export interface NewMessage {
  readonly sender: AccountNumber
  /** The sending device's mailbox, which gets no copy, or null for a plain session. */
  readonly fromMailbox: MailboxNumber | null
  readonly id: string
  readonly timestamp: number
  /** Each with a text of its own, or with `text`. */
  readonly to: readonly Addressed[]
  readonly text?: string | undefined
  readonly group?: GroupMark | undefined
  /** Seconds after `now` at which it is gone, fetched or not (see `dropEnded`). */
  readonly expiresIn?: number | undefined
  readonly now: number
}

export type AppendResult =
  | {
      readonly result: 'accepted'
      /** Place in the sending device's own mailbox; 0 for a plain session. */
      readonly after: number
      readonly duplicate: boolean
      /** Where it lies now, one entry per mailbox; empty for a duplicate. `index` is the place in `to`. */
      readonly entries: readonly { readonly mailbox: MailboxNumber; readonly seq: number; readonly index: number }[]
    }
  | { readonly result: 'id_reused' }
  /** `epoch`: where the group is instead. */
  | { readonly result: 'epoch_passed'; readonly epoch: number }
  | { readonly result: 'no_such_user'; readonly username: string }
  | { readonly result: 'mailbox_full'; readonly username: string }

/** One thing in a mailbox. `expired` tells a sender that `peer` did not fetch the message `id` in time. */
export interface Entry {
  readonly seq: number
  readonly kind: 'message' | 'expired'
  readonly id: string
  /** Sender of a message; addressee of an expired one. */
  readonly peer: string
  readonly text: string
  readonly timestamp: number
}

export interface Arrivals {
  readonly upto: number
  readonly mailboxes: readonly { readonly mailbox: MailboxNumber; readonly seq: number }[]
}

export interface MailboxStore {
  /**
   * Puts a message into every addressee device's mailbox, all or nothing, in one durable transaction with its dedup record.
   * (sender, id) is unique for ever. The same id with the same content again: same answer, `duplicate`, nothing stored.
   * Places are gap-free per mailbox, and two messages lie in the same order in all mailboxes that hold both.
   * The newest message is refused when a mailbox is full; none is dropped. One sender may fill `senderShare` of somebody else's mailbox.
   * The sender's own name addresses its other devices, or its plain mailbox when it has none (a note to self).
   *
   * A message with a `group` is taken when the group is in that epoch, or unknown; a commit moves the group to the next epoch in the same
   * transaction, so of several commits for one epoch exactly one is taken. Whether it is a duplicate is asked before that. What is refused
   * for whatever reason moves nothing. Only commits make a group known; it stays so for `retentionDays` after its last use, to the day.
   *
   * Throws `not_signed_in` when the sender is gone, `bad_request` when an addressee stands there twice or gets no text, or the id is no UUID.
   */
  append(message: NewMessage): Promise<AppendResult>
  /** Up to `count` entries or `bytes` of text (at least one entry) with seq > after, in order. */
  read(
    mailbox: MailboxNumber,
    after: number,
    limit: { readonly count: number; readonly bytes: number },
  ): Promise<readonly Entry[]>
  /** Forgets everything up to and with `upto`; a text that no mailbox holds any more is deleted. */
  acknowledge(mailbox: MailboxNumber, upto: number): Promise<void>
  /** The original's download: returns everything that waits (at most `limit`) and deletes exactly that, in one transaction. */
  take(mailbox: MailboxNumber, limit: { readonly count: number; readonly bytes: number }): Promise<readonly Entry[]>
  /**
   * What has been accepted since an earlier time of asking and is still there: the mailboxes of those whom it is for, with their last places.
   * @param after `upto` of the earlier answer; null: only `upto` is wanted. A very long list may come in parts: `upto` says how far it goes
   */
  arrivals(after: number | null): Promise<Arrivals>
  /**
   * Removes at most about `batch` entries of messages accepted before `before` and tells their senders, unless another device of the
   * addressee had fetched the message or the addressee is the sender. Returns the wake-ups. Call again while it finds something.
   */
  expire(
    before: number,
    now: number,
    batch: number,
  ): Promise<readonly { readonly mailbox: MailboxNumber; readonly seq: number }[]>
  /**
   * Removes at most `batch` texts whose `expiresIn` is over at `now`, and tells nobody. True: there may be more, call again.
   * (`expire` doesn't tell of those either.)
   */
  dropEnded(now: number, batch: number): Promise<boolean>
}

/** What a device has waiting for those who want to begin a conversation with it. */
export interface Supply {
  /** The last resort is not among them. */
  readonly count: number
  readonly hasLastResort: boolean
}

export interface KeyPackages {
  /** Opaque texts; each may come twice, and is one. */
  readonly fresh: readonly string[]
  /** Takes the place of the one before; null: that stays. */
  readonly lastResort: string | null
}

export interface KeyPackageClaim {
  /** Whose, as typed. */
  readonly username: string
  /** The device that asks, which gets none of its own. */
  readonly askedBy: string
  /** Give last resorts only, even where others wait. */
  readonly lastResortsOnly: boolean
  readonly now: number
}

export interface ClaimedKeyPackage {
  readonly deviceId: string
  readonly keyPackage: string
  readonly isLastResort: boolean
}

/**
 * Key packages of devices. Each is handed out once, ever, whatever happens meanwhile: the promise of a claim resolves when it is on disk that
 * it is gone. They go with their device and its account, and all of an account's go when its public key becomes another.
 */
export interface KeyPackageStore {
  /**
   * All or nothing. A text that waits already, or was handed out within the last `retentionDays`, is passed over: whoever got
   * no answer uploads again, and nothing is handed out twice by that.
   * `no_such_device`: the id is not this account's.
   */
  addKeyPackages(
    account: AccountNumber,
    deviceId: string,
    packages: KeyPackages,
  ): Promise<Supply | 'too_many_key_packages' | 'no_such_device'>
  /** Nothing of an unknown device. */
  countKeyPackages(account: AccountNumber, deviceId: string): Promise<Supply>
  /**
   * Takes the oldest of each device of the account; the last resort, which stays, where no other is left. Devices that have neither are left
   * out; so is the one that asks. In the order of the devices. Null: there is nobody of that name.
   */
  claimKeyPackages(claim: KeyPackageClaim): Promise<readonly ClaimedKeyPackage[] | null>
}

export interface NewBlob {
  /** SHA-256 of its id: what lies here tells nobody how to fetch it. */
  readonly hash: Uint8Array
  readonly owner: AccountNumber
  readonly size: number
  /** Only the owner may fetch it. */
  readonly isOwn: boolean
  /** Milliseconds that it stays after its last part. */
  readonly life: number
  /** When it is forgotten unless a part comes (ms). */
  readonly unfinishedUntil: number
}

export interface Blob {
  readonly owner: AccountNumber
  readonly size: number
  readonly isOwn: boolean
  /** So many bytes are stored; `size` when it is whole. */
  readonly uploaded: number
}

/** That a part is stored, and the next one may come. */
export interface BlobPart {
  readonly hash: Uint8Array
  readonly owner: AccountNumber
  /** Where the part began, and where it ended. */
  readonly from: number
  readonly upto: number
  readonly now: number
  /** As in `NewBlob`. */
  readonly unfinishedUntil: number
}

/**
 * What is known of encrypted files, whose bytes lie elsewhere. Bytes are stored before they are told of here, and removed before they are
 * forgotten here, so that whatever happens in between nothing is promised that is not there, and nothing stays that nobody knows of.
 */
export interface BlobStore {
  /**
   * All or nothing, the limits decided in the same transaction. The same blob of the same owner again: what it is, nothing changed.
   * `id_reused`: the hash is that of another one. `no_such_account`: the owner has just gone.
   */
  beginBlob(blob: NewBlob): Promise<Blob | 'id_reused' | 'quota_full' | 'no_such_account'>
  /** Null: there is none, or it is nobody's any more. Its end is not asked: see `releaseBlobs`. */
  findBlob(hash: Uint8Array): Promise<Blob | null>
  /** Moves on when the blob had come as far as `from`, else changes nothing. @returns what it is then; null as `findBlob`, or another's */
  advanceBlob(part: BlobPart): Promise<Blob | null>
  /** Makes it nobody's. False: there is none of that owner. */
  endBlob(hash: Uint8Array, owner: AccountNumber): Promise<boolean>
  /**
   * Makes nobody's what has ended by `now`, and says whose bytes may go: at most `batch` of those that were found to be nobody's at `before` or
   * earlier, long enough ago that no part of theirs is still on its way.
   */
  releaseBlobs(
    now: number,
    before: number,
    batch: number,
  ): Promise<readonly { readonly hash: Uint8Array; readonly size: number }[]>
  /** Their bytes are gone. */
  forgetBlobs(hashes: readonly Uint8Array[]): Promise<void>
}

/** A message that a device has not fetched. */
export interface Unfetched {
  readonly mailbox: MailboxNumber
  readonly seq: number
}

/** Where browsers are woken whose pages are closed. It goes with the device. */
export interface PushStore {
  /**
   * Takes the place of the device's address before, and takes it from whichever other device has the same: one browser, another account. Null: none
   * any more. False: there is no such device.
   */
  setPush(account: AccountNumber, deviceId: string, push: { endpoint: string; now: number } | null): Promise<boolean>
  findPush(account: AccountNumber, deviceId: string): Promise<string | null>
  /**
   * Of messages that somebody has found unfetched, those that are to be pushed for: `due` now, or `later`, when the device has had its rest. Left out
   * are those that have been fetched meanwhile, or pushed for (a later one's push counts), and devices without an address or a session. What is
   * due is noted as pushed in the same transaction, so whoever else asks, on whatever node, does not get it again.
   */
  claimPushes(
    unfetched: readonly Unfetched[],
    times: { readonly now: number; readonly quietMs: number },
  ): Promise<{
    readonly due: readonly (Unfetched & { readonly endpoint: string })[]
    readonly later: readonly Unfetched[]
  }>
  /** There is nobody at this address any more. */
  dropPush(endpoint: string): Promise<void>
}

export interface Invite {
  /** First characters of the code, enough to tell invites apart. */
  readonly handle: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly usesLeft: number
}

export interface InviteStore {
  createInvite(invite: Invite & { readonly hash: Uint8Array }): Promise<void>
  listInvites(now: number): Promise<readonly Invite[]>
  withdrawInvite(handle: string): Promise<boolean>
  /** Whether a code would be taken now; does not use it up. */
  checkInvite(hash: Uint8Array, now: number): Promise<boolean>
}

export interface Upkeep {
  /** Resolves when a write would succeed now; throws as every write does. */
  probe(): Promise<void>
  /**
   * Deletes sessions and proofs that ended before `now`, what is left of key packages that were handed out `retentionDays` before `now`,
   * and groups that nobody used for as long; at most `batch` of each.
   */
  sweep(now: number, batch: number): Promise<void>
  /** Rows and bytes by table and, for waiting messages, by account. */
  stats(): Promise<StoreStats>
  /** What is kept of one person, from the tables themselves; it may take a while, and keeps no other call waiting. */
  known(account: AccountNumber): Promise<readonly Known[]>
  /** A consistent copy of the whole database into `file`, while the server runs. */
  backup(file: string): Promise<void>
  /** A secret of this installation by name, made from `fresh` on first asking (keys for cookies, challenges, …). */
  secret(name: string, fresh: Uint8Array): Promise<Uint8Array>
  /**
   * Calls back when another process (the admin command, another node) has changed accounts, sessions or devices; with the account, or null
   * when it may be any.
   */
  onForeignChange(listener: (account: AccountNumber | null) => void): void
  /** Finishes what was handed over, then closes. */
  close(): Promise<void>
}

export interface StoreStats {
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly bytes: number }[]
  readonly fileBytes: number
  readonly waiting: readonly { readonly username: string; readonly messages: number; readonly bytes: number }[]
}
