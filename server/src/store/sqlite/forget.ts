import type { AccountNumber } from '../store.ts'
import type { MailboxState } from './cache.ts'
import type { Context } from './context.ts'
import { toNumber } from './rows.ts'

/**
 * A mailbox lets go of a text; the last of its holders deletes it.
 *
 * @param fetched whether the mailbox's owner has it now, so that its sender need not be told when another device's copy expires
 */
export function releaseText({ db }: Context, message: number, fetched: boolean): void {
  if (db.sql('DELETE FROM messages WHERE message = ? AND holders = 1').run(message).changes === 1) return
  db.sql('UPDATE messages SET holders = holders - 1, fetched = max(fetched, ?) WHERE message = ?').run(
    fetched ? 1 : 0,
    message,
  )
}

/** Takes one entry off a mailbox's counters. */
export function uncount({ cache }: Context, mailbox: MailboxState, sender: AccountNumber, bytes: number): void {
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
      'DELETE FROM entries WHERE place > (?1 << 32) AND place <= (?1 << 32 | 4294967295) RETURNING message, sender, bytes',
    )
    .all(state.mailbox)
  for (const row of rows) {
    releaseText(context, toNumber(row['message']), false)
    uncount(context, state, toNumber(row['sender']), toNumber(row['bytes']))
  }
}

/**
 * Everything of this sender that waits anywhere. Its dedup records say which numbers its texts had, those that are still there say in whose
 * mailboxes they lie: the work grows with the account's own history and its addressees' mailboxes, not with the database.
 */
export function forgetSent(context: Context, account: AccountNumber): void {
  const { db, cache } = context
  const addressees = db
    .sql(
      `SELECT DISTINCT m.addressee FROM dedup d CROSS JOIN messages m
       ON m.message >= d.first AND m.message < d.first + d.texts WHERE d.account = ? AND m.sender = d.account`,
    )
    .all(account)
  const remove = db.sql(
    `DELETE FROM entries WHERE place > (?1 << 32) AND place <= (?1 << 32 | 4294967295) AND sender = ?2 RETURNING message, bytes`,
  )
  for (const row of addressees) {
    for (const state of cache.byNumber(toNumber(row['addressee']))?.mailboxes ?? []) {
      for (const entry of remove.all(state.mailbox, account)) {
        releaseText(context, toNumber(entry['message']), false)
        uncount(context, state, account, toNumber(entry['bytes']))
      }
    }
  }
}
