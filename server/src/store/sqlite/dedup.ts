import type { AccountNumber } from '../store.ts'
import type { Database } from './database.ts'
import { RecentIds } from './recent-ids.ts'
import { toBytes, toNumber } from './rows.ts'

export interface DedupRecord {
  readonly digest: Uint8Array
  readonly after: number
}

export interface NewDedupRecord extends DedupRecord {
  readonly account: AccountNumber
  readonly id: Buffer
  /** The number of the message's first text, and how many it has. */
  readonly first: number
  readonly texts: number
}

/** So many records are known by heart before they are put into the index together, in its order: then many of them share a page. */
const MOST_BY_HEART = 32_768

/**
 * Which ids each account has used, for ever. Ids are random, so that an index entry per message would dirty a page of its own each time;
 * instead the newest records are remembered here and indexed in large sorted steps. What is remembered can always be read back from the table.
 */
export class Dedup {
  readonly #db: Database
  /** Every record that isn't in the index. Null: not read yet. */
  #recent: RecentIds | null = null
  #last = 0
  /** How many records the open transaction has, to be forgotten when it is undone. */
  #uncommitted = 0

  constructor(db: Database) {
    this.#db = db
  }

  #load(): RecentIds {
    if (this.#recent !== null) return this.#recent
    this.#recent = new RecentIds()
    this.#last = this.#indexedUpTo()
    const rows = this.#db
      .sql('SELECT number, account, id FROM dedup WHERE number > ? ORDER BY number')
      .iterate(this.#last)
    for (const row of rows) {
      this.#last = toNumber(row['number'])
      this.#recent.add(toNumber(row['account']), Buffer.from(toBytes(row['id'])), this.#last)
    }
    return this.#recent
  }

  #indexedUpTo(): number {
    return toNumber(this.#db.sql("SELECT value FROM counters WHERE name = 'dedup'").get()?.['value'])
  }

  /** What the account sent under this id before, or null. */
  find(account: AccountNumber, id: Buffer): DedupRecord | null {
    const number = this.#load().find(account, id) ?? this.#indexed(account, id)
    if (number === null) return null
    const row = this.#db.sql('SELECT digest, after FROM dedup WHERE number = ?').get(number)
    return { digest: toBytes(row?.['digest']), after: toNumber(row?.['after']) }
  }

  #indexed(account: AccountNumber, id: Buffer): number | null {
    const row = this.#db.sql('SELECT number FROM dedup_index WHERE account = ? AND id = ?').get(account, id)
    return row === undefined ? null : toNumber(row['number'])
  }

  /** Writes a record down. The caller has asked `find` first. */
  add(record: NewDedupRecord): void {
    const recent = this.#load()
    this.#last += 1
    recent.add(record.account, record.id, this.#last)
    this.#uncommitted += 1
    this.#db
      .sql('INSERT INTO dedup (number, account, id, digest, after, first, texts) VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(this.#last, record.account, record.id, record.digest, record.after, record.first, record.texts)
  }

  /** Deletes all of an account's records. */
  forget(account: AccountNumber): void {
    this.index()
    this.#db.sql('DELETE FROM dedup WHERE number IN (SELECT number FROM dedup_index WHERE account = ?)').run(account)
    this.#db.sql('DELETE FROM dedup_index WHERE account = ?').run(account)
  }

  /** Whether it is time to call `index`. */
  get isDue(): boolean {
    return this.#recent !== null && this.#recent.size >= MOST_BY_HEART
  }

  /** Puts everything that is known by heart into the index, within the open transaction. */
  index(): void {
    const recent = this.#load()
    if (recent.size === 0) return
    this.#db
      .sql(
        `INSERT INTO dedup_index (account, id, number)
         SELECT account, id, number FROM dedup WHERE number > ? ORDER BY account, id`,
      )
      .run(this.#indexedUpTo())
    this.#db.sql("UPDATE counters SET value = ? WHERE name = 'dedup'").run(this.#last)
    recent.clear()
    this.#uncommitted = 0
    this.#indexedInTransaction = true
  }

  #indexedInTransaction = false

  /** The open transaction is on disk. */
  committed(): void {
    this.#uncommitted = 0
    this.#indexedInTransaction = false
  }

  /** The open transaction is undone. */
  undone(): void {
    if (this.#indexedInTransaction) this.reset()
    this.#recent?.dropLast(this.#uncommitted)
    this.#last -= this.#uncommitted
    this.committed()
  }

  /** Another process has written: read everything again when it is needed. */
  reset(): void {
    this.#recent = null
    this.#uncommitted = 0
  }
}
