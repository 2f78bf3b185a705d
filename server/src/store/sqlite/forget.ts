import type { AccountNumber } from '../store.ts'
import type { MailboxState } from './cache.ts'
import type { Context } from './context.ts'
import { toNumber, toNumberOrNull } from './rows.ts'
import type { Row } from './rows.ts'

interface Held {
  readonly message: number
  /** How many mailboxes the text began with. */
  readonly holders: number
  /** The number of the text that it shares with other accounts, or null. */
  readonly shared: number | null
}

/**
 * A mailbox lets go of a text; the last of its holders deletes it.
 *
 * @param fetched whether the mailbox's owner has it now, so that its sender need not be told when another device's copy expires
 */
function releaseText(context: Context, { message, holders, shared }: Held, fetched: boolean): void {
  const { db, cache } = context
  if (holders === 1) {
    cache.release(message)
    if (shared !== null) releaseShared(context, shared)
    return
  }
  if (db.sql('DELETE FROM messages WHERE message = ? AND holders = 1').run(message).changes === 1) {
    if (shared !== null) releaseShared(context, shared)
    return
  }
  db.sql('UPDATE messages SET holders = holders - 1, fetched = max(fetched, ?) WHERE message = ?').run(
    fetched ? 1 : 0,
    message,
  )
}

/** One account less that has it; the last one deletes it. */
function releaseShared({ db }: Context, text: number): void {
  if (db.sql('DELETE FROM shared_texts WHERE text = ? AND holders = 1').run(text).changes === 1) return
  db.sql('UPDATE shared_texts SET holders = holders - 1 WHERE text = ?').run(text)
}

const heldBy = (row: Row): Held => ({
  message: toNumber(row['message']),
  holders: toNumber(row['holders']),
  shared: toNumberOrNull(row['shared']),
})

/** An entry that was deleted (message, sender, bytes, holders, shared): its text and its mailbox's counters follow. */
export function dropEntry(
  context: Context,
  state: MailboxState,
  { row, fetched }: { row: Row; fetched: boolean },
): void {
  releaseText(context, heldBy(row), fetched)
  uncount(context, state, toNumber(row['sender']), toNumber(row['bytes']))
}

/** Takes one entry off a mailbox's counters. */
function uncount({ cache }: Context, mailbox: MailboxState, sender: AccountNumber, bytes: number): void {
  mailbox.messages -= 1
  mailbox.bytes -= bytes
  const tally = mailbox.senders?.get(sender)
  if (tally !== undefined) {
    tally.messages -= 1
    tally.bytes -= bytes
  }
  cache.touch(mailbox)
}

/** Everything that waits in a mailbox, unread for ever: its device or account goes away. */
export function forgetReceived(context: Context, state: MailboxState): void {
  const rows = context.db
    .sql(
      'DELETE FROM entries WHERE place > (?1 << 32) AND place <= (?1 << 32 | 4294967295) RETURNING message, sender, bytes, holders, shared',
    )
    .all(state.mailbox)
  for (const row of rows) dropEntry(context, state, { row, fetched: false })
}

/**
 * Everything of this sender that waits anywhere. Its dedup records say which numbers its texts had, those that are still there say in whose
 * mailboxes they lie: the work grows with the account's own history and its addressees' mailboxes, not with the database.
 */
export function forgetSent(context: Context, account: AccountNumber): void {
  const { db, cache } = context
  cache.writeBack()
  cache.dedup.index()
  const addressees = db
    .sql(
      `SELECT DISTINCT m.addressee FROM dedup_index i CROSS JOIN dedup d ON d.number = i.number
       CROSS JOIN messages m ON m.message >= d.first AND m.message < d.first + d.texts
       WHERE i.account = ? AND m.sender = i.account`,
    )
    .all(account)
  const remove = db.sql(
    `DELETE FROM entries WHERE place > (?1 << 32) AND place <= (?1 << 32 | 4294967295) AND sender = ?2
     RETURNING message, sender, bytes, holders, shared`,
  )
  for (const row of addressees) {
    for (const state of cache.byNumber(toNumber(row['addressee']))?.mailboxes ?? []) {
      for (const entry of remove.all(state.mailbox, account)) dropEntry(context, state, { row: entry, fetched: false })
    }
  }
}
