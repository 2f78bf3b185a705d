import { DatabaseSync } from 'node:sqlite'
import type { Database } from './database.ts'
import { toNumber } from './rows.ts'

/**
 * A copy that is put back knows nothing of the places that its mailboxes gave out after it was made. Were they given out a second time, a client
 * that says "I have everything up to 57" would speak of messages that are gone, and 57 new ones would be forgotten unseen. So every copy carries a
 * mark, and the server that starts on one leaves the lost places behind.
 */
const MARK = 'copied_at'
/** Where mailboxes begin that are made from now on: their like may have been made, and used, in what is lost. */
const BEGINNING = 'first_seq'

/** More than any mailbox gets between two copies. */
const JUMP = 1_000_000
/** The same copy may be put back a second time, behind what the first time gave out: so a place more for each second of its age, up to three years. */
const MOST_SECONDS = 100_000_000

/** Marks a copy that has just been made. @param file nobody else has it open */
export function markCopy(file: string): void {
  const copy = new DatabaseSync(file)
  try {
    copy
      .prepare(
        'INSERT INTO counters (name, value) VALUES (?, unixepoch()) ON CONFLICT DO UPDATE SET value = excluded.value',
      )
      .run(MARK)
  } finally {
    copy.close()
  }
}

/** Moves all places of a marked copy on and takes the mark away, in one transaction: it happens once, or not yet. */
export function leaveLostPlaces(db: Database): void {
  const age = db.sql('SELECT unixepoch() - value AS seconds FROM counters WHERE name = ?').get(MARK)
  if (age === undefined) return
  const jump = JUMP + Math.min(Math.max(toNumber(age['seconds']), 0), MOST_SECONDS)
  db.exec('BEGIN IMMEDIATE')
  try {
    db.sql('UPDATE mailboxes SET last_seq = last_seq + ?').run(jump)
    db.sql(
      'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value',
    ).run(BEGINNING, jump)
    // Whoever took one of these after the copy was made has it; the devices bring others.
    db.sql('DELETE FROM key_packages WHERE claimed_at IS NULL').run()
    // Groups may have moved on since; the next commit of each tells where it is.
    db.sql('DELETE FROM group_epochs').run()
    db.sql('DELETE FROM counters WHERE name = ?').run(MARK)
    db.exec('COMMIT')
  } catch (error) {
    if (db.connection.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

/** An empty mailbox of an account. @returns its number */
export function makeMailbox(db: Database, account: number | bigint): number {
  const { lastInsertRowid } = db
    .sql(
      `INSERT INTO mailboxes (account, last_seq) VALUES (?, coalesce((SELECT value FROM counters WHERE name = '${BEGINNING}'), 0))`,
    )
    .run(account)
  return Number(lastInsertRowid)
}
