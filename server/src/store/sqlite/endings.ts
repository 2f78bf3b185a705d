import type { MailboxState } from './cache.ts'
import type { Context } from './context.ts'
import { dropEntry } from './forget.ts'
import { toNumber } from './rows.ts'
import type { Row } from './rows.ts'

/** The first entry from `seq` on. */
const FROM = `SELECT place & 4294967295 AS seq, message, sender, bytes, holders, shared FROM entries
  WHERE place >= (?1 << 32 | ?2) AND place <= (?1 << 32 | ?3) ORDER BY place LIMIT 1`

/**
 * A text's entry in a mailbox, or null. Texts lie there in the order of their numbers, so it is looked for by halving: one that ends early may
 * lie anywhere among a hundred thousand.
 */
function entryOf({ db }: Context, { mailbox, lastSeq }: MailboxState, message: number): Row | null {
  let [low, high] = [1, lastSeq]
  while (low <= high) {
    const middle = Math.floor((low + high) / 2)
    const row = db.sql(FROM).get(mailbox, middle, high)
    if (row === undefined || toNumber(row['message']) > message) high = middle - 1
    else if (toNumber(row['message']) === message) return row
    else low = toNumber(row['seq']) + 1
  }
  return null
}

/**
 * Removes texts whose senders wanted them gone by now, and tells nobody: what is left in the mailboxes keeps its places.
 * @returns whether there may be more
 */
export function dropEnded(context: Context, now: number, batch: number): boolean {
  const { db, cache } = context
  cache.writeBack()
  const ended = db
    .sql('SELECT message, addressee FROM messages WHERE ends_at <= ? ORDER BY ends_at LIMIT ?')
    .all(now, batch)
  for (const row of ended) {
    const message = toNumber(row['message'])
    for (const state of cache.byNumber(toNumber(row['addressee']))?.mailboxes ?? []) {
      const entry = entryOf(context, state, message)
      if (entry === null) continue
      db.sql('DELETE FROM entries WHERE place = (?1 << 32 | ?2)').run(state.mailbox, toNumber(entry['seq']))
      dropEntry(context, state, { row: entry, fetched: false })
    }
  }
  return ended.length === batch
}
