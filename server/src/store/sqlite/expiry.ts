import type { Result } from './calls.ts'
import type { MailboxState } from './cache.ts'
import type { Context } from './context.ts'
import { dropEntry } from './forget.ts'
import { count } from './quota.ts'
import { toBytes, toNumber } from './rows.ts'
import type { Row } from './rows.ts'

type Wake = Result<'expire'>[number]

interface Deadline {
  readonly before: number
  readonly now: number
  readonly batch: number
}

/** Takes one text out of one mailbox. Texts lie there in the order of their numbers, so the oldest is found at once. */
function removeEntry(context: Context, state: MailboxState, message: number): void {
  const { db } = context
  const row = db
    .sql(
      `SELECT place & 4294967295 AS seq, message, sender, bytes, holders, shared FROM entries
       WHERE place > (?1 << 32) AND place <= (?1 << 32 | 4294967295) AND message = ?2 ORDER BY place LIMIT 1`,
    )
    .get(state.mailbox, message)
  if (row === undefined) return
  db.sql('DELETE FROM entries WHERE place = (?1 << 32 | ?2)').run(state.mailbox, toNumber(row['seq']))
  dropEntry(context, state, { row, fetched: false })
}

/** Tells all of the sender's mailboxes that `peer` did not fetch the message. Notices are small and never refused for want of room. */
function tellSender({ db, cache }: Context, expired: Row, now: number): Wake[] {
  const sender = cache.byNumber(toNumber(expired['sender']))
  const peer = cache.byNumber(toNumber(expired['addressee']))
  if (sender === null || peer === null) return []
  const number = cache.nextMessage()
  db.sql(
    `INSERT INTO messages (message, kind, sender, addressee, holders, fetched, accepted_at, id, timestamp, body)
     VALUES (?, 1, ?, ?, ?, 0, ?, ?, ?, ?)`,
  ).run(
    number,
    sender.account,
    sender.account,
    sender.mailboxes.length,
    now,
    toBytes(expired['id']),
    toNumber(expired['timestamp']),
    peer.username,
  )
  return sender.mailboxes.map((state) => {
    state.lastSeq += 1
    count(state, 0, 0)
    cache.touch(state)
    db.sql('INSERT INTO entries (place, message, sender, bytes, holders) VALUES (?1 << 32 | ?2, ?3, 0, 0, ?4)').run(
      state.mailbox,
      state.lastSeq,
      number,
      sender.mailboxes.length,
    )
    return { mailbox: state.mailbox, seq: state.lastSeq }
  })
}

/**
 * A message that nobody fetched is told; a notice, a copy for the sender's own devices, one that some device did fetch, or one that was to go
 * anyway is not.
 */
const mustBeTold = (row: Row): boolean =>
  toNumber(row['kind']) === 0 &&
  toNumber(row['fetched']) === 0 &&
  row['sender'] !== row['addressee'] &&
  row['ends_at'] === null

/**
 * Removes what waited too long, oldest first. Texts are numbered in the order of acceptance, so this reads from the low end and stops at the
 * first that is young; one that claims to come from the future (the clock was wrong then) is passed over and does not hold up the rest.
 */
export function expire(context: Context, { before, now, batch }: Deadline): Wake[] {
  const { db, cache } = context
  cache.writeBack()
  const oldest = db
    .sql(
      `SELECT message, kind, sender, addressee, holders, fetched, accepted_at, ends_at, id, timestamp
       FROM messages WHERE message > ? ORDER BY message LIMIT ?`,
    )
    .all(context.expiry.passed, batch)
  const wakes: Wake[] = []
  let removed = 0
  for (const row of oldest) {
    const acceptedAt = toNumber(row['accepted_at'])
    if (acceptedAt >= before && acceptedAt <= now) {
      context.expiry.passed = 0
      return wakes
    }
    if (acceptedAt < before) {
      if (removed > 0 && removed + toNumber(row['holders']) > batch) return wakes
      removed += toNumber(row['holders'])
      const message = toNumber(row['message'])
      for (const state of cache.byNumber(toNumber(row['addressee']))?.mailboxes ?? [])
        removeEntry(context, state, message)
      if (mustBeTold(row)) wakes.push(...tellSender(context, row, now))
    } else context.expiry.passed = toNumber(row['message'])
  }
  if (oldest.length < batch) context.expiry.passed = 0
  return wakes
}
