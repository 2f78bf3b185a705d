import { foldName } from '../identity.ts'
import type { AccountNumber, MailboxNumber } from '../store.ts'
import type { Database } from './database.ts'
import { Dedup } from './dedup.ts'
import { GroupEpochs } from './groups.ts'
import { toNumber, toText } from './rows.ts'
import type { Row } from './rows.ts'

export interface Tally {
  messages: number
  bytes: number
}

/** A mailbox's counters as this batch sees them; written back once per batch however often they changed. */
export interface MailboxState extends Tally {
  readonly mailbox: MailboxNumber
  readonly account: AccountNumber
  lastSeq: number
  changed: boolean
  /** What waits by sender. Known only while somebody might be over the sender's share. */
  senders: Map<AccountNumber, Tally> | null
}

export interface AccountState {
  readonly account: AccountNumber
  readonly username: string
  readonly hasDevices: boolean
  readonly mailboxes: readonly MailboxState[]
}

/** Then everything is forgotten between two batches; it comes back as it is used. */
const MOST_ACCOUNTS = 50_000

/**
 * What every message needs to know of accounts and mailboxes, in the memory of the storage thread, the database's one writer.
 * Dropped whole when a batch is undone and when another process has written.
 */
export class Cache {
  readonly dedup: Dedup
  readonly groups: GroupEpochs
  readonly #db: Database
  readonly #names = new Map<string, AccountState>()
  readonly #accounts = new Map<AccountNumber, AccountState>()
  readonly #mailboxes = new Map<MailboxNumber, MailboxState>()
  #changed: MailboxState[] = []
  #lastMessage: number | null = null
  #lastMessageChanged = false
  #released: number[] = []

  constructor(db: Database) {
    this.#db = db
    this.dedup = new Dedup(db)
    this.groups = new GroupEpochs(db)
  }

  byName(username: string): AccountState | null {
    const name = foldName(username)
    const known = this.#names.get(name)
    if (known !== undefined) return known
    return this.#load(this.#db.sql('SELECT account, username FROM accounts WHERE username = ?').get(username))
  }

  byNumber(account: AccountNumber): AccountState | null {
    const known = this.#accounts.get(account)
    if (known !== undefined) return known
    return this.#load(this.#db.sql('SELECT account, username FROM accounts WHERE account = ?').get(account))
  }

  mailbox(mailbox: MailboxNumber): MailboxState | null {
    const known = this.#mailboxes.get(mailbox)
    if (known !== undefined) return known
    const row = this.#db.sql('SELECT account FROM mailboxes WHERE mailbox = ?').get(mailbox)
    if (row === undefined) return null
    this.byNumber(toNumber(row['account']))
    return this.#mailboxes.get(mailbox) ?? null
  }

  #load(row: Row | undefined): AccountState | null {
    if (row === undefined) return null
    const account = toNumber(row['account'])
    const mailboxes = this.#db
      .sql('SELECT mailbox, last_seq, messages, bytes FROM mailboxes WHERE account = ?')
      .all(account)
      .map((mailbox) => mailboxState(account, mailbox))
    const device = this.#db.sql('SELECT 1 FROM devices WHERE account = ? LIMIT 1').get(account)
    const state = { account, username: toText(row['username']), hasDevices: device !== undefined, mailboxes }
    this.#names.set(foldName(state.username), state)
    this.#accounts.set(account, state)
    for (const mailbox of mailboxes) this.#mailboxes.set(mailbox.mailbox, mailbox)
    return state
  }

  /** Says that the counters of a mailbox are no longer those of the database. */
  touch(mailbox: MailboxState): void {
    if (mailbox.changed) return
    mailbox.changed = true
    this.#changed.push(mailbox)
  }

  /** The number of the newest text. */
  lastMessage(): number {
    this.#lastMessage ??= toNumber(this.#db.sql("SELECT value FROM counters WHERE name = 'message'").get()?.['value'])
    return this.#lastMessage
  }

  /** The next number for a text: counted here, kept in the database once per batch, never given twice. */
  nextMessage(): number {
    this.#lastMessage = this.lastMessage() + 1
    this.#lastMessageChanged = true
    return this.#lastMessage
  }

  /** Says that nobody holds this text any more. Deleted with the others of the batch: mostly neighbours, in few statements. */
  release(message: number): void {
    this.#released.push(message)
  }

  #deleteReleased(): void {
    const remove = this.#db.sql('DELETE FROM messages WHERE message >= ? AND message <= ?')
    const numbers = this.#released.sort((one, other) => one - other)
    for (let from = 0, to = 0; from < numbers.length; from = to) {
      const first = numbers[from] ?? 0
      while (numbers[to] === first + to - from) to += 1
      remove.run(first, first + to - from - 1)
    }
    this.#released = []
  }

  /** Writes what changed into the open transaction. */
  writeBack(): void {
    if (this.#released.length > 0) this.#deleteReleased()
    if (this.#lastMessageChanged) {
      this.#db.sql("UPDATE counters SET value = ? WHERE name = 'message'").run(this.#lastMessage)
      this.#lastMessageChanged = false
    }
    if (this.#changed.length === 0) return
    const update = this.#db.sql('UPDATE mailboxes SET last_seq = ?, messages = ?, bytes = ? WHERE mailbox = ?')
    for (const state of this.#changed) {
      update.run(state.lastSeq, state.messages, state.bytes, state.mailbox)
      state.changed = false
    }
    this.#changed = []
  }

  /** To be called before an account's mailboxes or devices change in the database: writes back, then looks afresh. */
  forget(account: AccountNumber): void {
    this.writeBack()
    const state = this.#accounts.get(account)
    if (state === undefined) return
    this.#accounts.delete(account)
    this.#names.delete(foldName(state.username))
    for (const { mailbox } of state.mailboxes) this.#mailboxes.delete(mailbox)
  }

  /** The open transaction is undone, and with it what is known of its accounts. */
  undone(): void {
    this.dedup.undone()
    this.#clear()
  }

  /** Another process has written. */
  reset(): void {
    this.dedup.reset()
    this.#clear()
  }

  #clear(): void {
    this.groups.reset()
    this.#released = []
    this.#names.clear()
    this.#accounts.clear()
    this.#mailboxes.clear()
    this.#changed = []
    this.#lastMessage = null
    this.#lastMessageChanged = false
  }

  /** Keeps memory bounded. Only between batches. */
  trim(): void {
    if (this.#accounts.size > MOST_ACCOUNTS) this.#clear()
    this.groups.trim()
  }
}

function mailboxState(account: AccountNumber, row: Row): MailboxState {
  return {
    mailbox: toNumber(row['mailbox']),
    account,
    lastSeq: toNumber(row['last_seq']),
    messages: toNumber(row['messages']),
    bytes: toNumber(row['bytes']),
    changed: false,
    senders: null,
  }
}
