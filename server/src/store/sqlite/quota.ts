import type { AccountNumber, StoreLimits } from '../store.ts'
import type { MailboxState, Tally } from './cache.ts'
import type { Database } from './database.ts'
import { toNumber } from './rows.ts'

/** What waits in the mailbox by sender, counted once by reading the mailbox. */
function tallySenders(db: Database, mailbox: number): Map<AccountNumber, Tally> {
  const rows = db
    .sql(
      `SELECT sender, count(*) AS messages, sum(bytes) AS bytes FROM entries
       WHERE place > (?1 << 32) AND place <= (?1 << 32 | 4294967295) GROUP BY sender`,
    )
    .all(mailbox)
  return new Map(
    rows.map((row) => [
      toNumber(row['sender']),
      { messages: toNumber(row['messages']), bytes: toNumber(row['bytes']) },
    ]),
  )
}

/**
 * Whether one more message of so many bytes may lie in the mailbox.
 *
 * A sender can't be over its share while the whole mailbox isn't, so that usually nobody counts by sender. Above that the counts are taken
 * once and kept in memory until the mailbox is down to half of it. To one's own devices the share doesn't apply.
 */
export function hasRoom(
  { db, limits }: { readonly db: Database; readonly limits: StoreLimits },
  state: MailboxState,
  { sender, bytes }: { readonly sender: AccountNumber; readonly bytes: number },
): boolean {
  if (state.messages + 1 > limits.mailboxMessages || state.bytes + bytes > limits.mailboxBytes) return false
  const messageShare = limits.mailboxMessages * limits.senderShare
  const byteShare = limits.mailboxBytes * limits.senderShare
  if (state.messages + 1 <= messageShare && state.bytes + bytes <= byteShare) {
    if (state.messages < messageShare / 2 && state.bytes < byteShare / 2) state.senders = null
    return true
  }
  if (sender === state.account) return true
  state.senders ??= tallySenders(db, state.mailbox)
  const tally = state.senders.get(sender) ?? { messages: 0, bytes: 0 }
  return tally.messages + 1 <= messageShare && tally.bytes + bytes <= byteShare
}

/** Puts one entry onto a mailbox's counters. */
export function count(state: MailboxState, sender: AccountNumber, bytes: number): void {
  state.messages += 1
  state.bytes += bytes
  if (state.senders === null) return
  const tally = state.senders.get(sender) ?? { messages: 0, bytes: 0 }
  tally.messages += 1
  tally.bytes += bytes
  state.senders.set(sender, tally)
}
