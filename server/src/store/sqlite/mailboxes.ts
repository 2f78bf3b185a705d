import type { Arrivals, Entry, MailboxNumber } from '../store.ts'
import { append } from './append.ts'
import type { Handlers } from './calls.ts'
import type { Context } from './context.ts'
import { dropEnded } from './endings.ts'
import { expire } from './expiry.ts'
import { dropEntry } from './forget.ts'
import { idText } from '../identity.ts'
import { toBytes, toNumber, toText } from './rows.ts'
import type { Row } from './rows.ts'

type MailboxHandlers = Pick<Handlers, 'append' | 'read' | 'arrivals' | 'acknowledge' | 'take' | 'expire' | 'dropEnded'>

interface Page {
  readonly count: number
  readonly bytes: number
}

// CROSS JOIN keeps SQLite to this order: walk the mailbox, look up each text.
const READ = `SELECT e.place & 4294967295 AS seq, e.bytes, m.kind, m.id, m.timestamp, a.username,
  CASE WHEN e.shared IS NULL THEN m.body ELSE (SELECT s.body FROM shared_texts s WHERE s.text = e.shared) END AS body
  FROM entries e CROSS JOIN messages m ON m.message = e.message CROSS JOIN accounts a ON a.account = m.sender
  WHERE e.place > (?1 << 32 | ?2) AND e.place <= (?1 << 32 | 4294967295) ORDER BY e.place LIMIT ?3`

/** A notice keeps the name of the one who did not fetch in place of a text. */
function entryOf(row: Row): Entry {
  const isNotice = toNumber(row['kind']) === 1
  const body = toText(row['body'])
  return {
    seq: toNumber(row['seq']),
    kind: isNotice ? 'expired' : 'message',
    id: idText(toBytes(row['id'])),
    peer: isNotice ? body : toText(row['username']),
    text: isNotice ? '' : body,
    timestamp: toNumber(row['timestamp']),
  }
}

function read({ db }: Context, mailbox: MailboxNumber, { after, limit }: { after: number; limit: Page }): Entry[] {
  const page: Entry[] = []
  let bytes = 0
  for (const row of db.sql(READ).iterate(mailbox, after, limit.count)) {
    bytes += toNumber(row['bytes'])
    if (page.length > 0 && bytes > limit.bytes) break
    page.push(entryOf(row))
  }
  return page
}

function acknowledge(context: Context, mailbox: MailboxNumber, upto: number): void {
  const state = context.cache.mailbox(mailbox)
  if (state === null || state.messages === 0) return
  const rows = context.db
    .sql(`DELETE FROM entries WHERE place > (?1 << 32) AND place <= (?1 << 32 | ?2) 
       RETURNING message, sender, bytes, holders, shared`)
    // Nothing is acknowledged that isn't there yet.
    .all(mailbox, Math.min(upto, state.lastSeq))
  for (const row of rows) dropEntry(context, state, { row, fetched: true })
}

/** Texts looked through at a time. */
const MOST_ARRIVALS = 20_000

/** By the texts' own numbers, which only go up; what has been fetched and acknowledged meanwhile is not among them. */
function arrivals({ db, cache }: Context, after: number | null): Arrivals {
  // The counters of this batch may be newer than the table's.
  cache.writeBack()
  const newest = cache.lastMessage()
  if (after === null || after >= newest) return { upto: newest, mailboxes: [] }
  const upto = Math.min(newest, after + MOST_ARRIVALS)
  const mailboxes = db
    .sql(
      `SELECT mailbox, last_seq FROM mailboxes
       WHERE account IN (SELECT addressee FROM messages WHERE message > ? AND message <= ?)`,
    )
    .all(after, upto)
    .map((row) => ({ mailbox: toNumber(row['mailbox']), seq: toNumber(row['last_seq']) }))
  return { upto, mailboxes }
}

export const mailboxHandlers = (context: Context): MailboxHandlers => ({
  append: (message) => append(context, message),
  read: (mailbox, after, limit) => read(context, mailbox, { after, limit }),
  arrivals: (after) => arrivals(context, after),
  acknowledge: (mailbox, upto) => {
    acknowledge(context, mailbox, upto)
  },
  take: (mailbox, limit) => {
    const page = read(context, mailbox, { after: 0, limit })
    const last = page.at(-1)
    if (last !== undefined) acknowledge(context, mailbox, last.seq)
    return page
  },
  expire: (before, now, batch) => expire(context, { before, now, batch }),
  dropEnded: (now, batch) => dropEnded(context, now, batch),
})
