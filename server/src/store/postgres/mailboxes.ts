import type { Arrivals, Entry, MailboxNumber, MailboxStore } from '../store.ts'
import { openBatches } from './batches.ts'
import { laneOf } from './context.ts'
import type { Context } from './context.ts'
import { isInTheQuestion } from './failures.ts'
import type { Row } from './rows.ts'
import { toBoolean, toNumber, toNumbers, toText } from './rows.ts'
import { fromStored, plainArray } from './text.ts'

type Reading = Omit<MailboxStore, 'append'>

interface Acknowledgement {
  readonly mailbox: MailboxNumber
  readonly upto: number
}

interface Taking {
  readonly mailbox: MailboxNumber
  readonly count: number
  readonly bytes: number
}

const LANES = 2
const MOST_TAKES = 4
const MOST_IN_BATCH = 1_024
/** Texts looked through at a time. */
const MOST_ARRIVALS = 20_000
const LARGEST = Number.MAX_SAFE_INTEGER

/** A notice keeps the name of the one who did not fetch in place of a text. */
function entryOf(row: Row): Entry {
  const isNotice = toNumber(row['kind']) === 1
  const body = fromStored(toText(row['body']))
  return {
    seq: toNumber(row['seq']),
    kind: isNotice ? 'expired' : 'message',
    id: toText(row['id']),
    peer: isNotice ? body : toText(row['peer']),
    text: isNotice ? '' : body,
    timestamp: toNumber(row['sent_at']),
  }
}

/**
 * Transactions end in another order than they began, so "what came since" goes by them: everything below the oldest that still ran has ended.
 * What the newer ones brought is told twice, which does no harm.
 */
const SINCE = `SELECT x.account, x.xact FROM messages x WHERE x.xact >= $1::bigint ORDER BY x.xact
  FETCH FIRST ${MOST_ARRIVALS} ROWS WITH TIES`
const ENDED = `SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS ended`

async function arrivals({ db }: Context, after: number | null): Promise<Arrivals> {
  // Asked before the texts are looked at: what ends in between is found again the next time.
  const [row] = await db.ask(ENDED)
  const ended = toNumber(row?.['ended'])
  if (after === null) return { upto: ended, mailboxes: [] }
  // A restored database counts its transactions anew.
  const found = await db.ask(SINCE, [Math.min(after, ended)])
  if (found.length === 0) return { upto: ended, mailboxes: [] }
  const accounts = [...new Set(found.map(({ account }) => toNumber(account)))]
  const last = toNumber(found.at(-1)?.['xact'])
  const mailboxes = await db.ask('SELECT mailbox, last_seq FROM mailboxes WHERE account = ANY ($1::bigint[])', [
    plainArray(accounts),
  ])
  return {
    upto: found.length < MOST_ARRIVALS ? ended : Math.min(ended, last + 1),
    mailboxes: mailboxes.map((box) => ({ mailbox: toNumber(box['mailbox']), seq: toNumber(box['last_seq']) })),
  }
}

/** What was expired, and how far texts that claim to come from the future were passed over. */
async function expire(
  { db }: Context,
  deadline: { readonly before: number; readonly now: number; readonly batch: number; readonly passed: number },
): Promise<{ wakes: { mailbox: number; seq: number }[]; passed: number }> {
  const { before, now, batch, passed } = deadline
  const [row] = await db.ask('SELECT expire_1($1::bigint, $2::bigint, $3::integer, $4::bigint) AS answer', [
    Math.floor(before),
    Math.floor(now),
    batch,
    passed,
  ])
  const answer = row?.['answer']
  if (!Array.isArray(answer) || !Array.isArray(answer[0])) throw new TypeError('expire_1 has answered something else')
  const wakes = answer[0].map(toNumbers).map(([mailbox = 0, seq = 0]) => ({ mailbox, seq }))
  return { wakes, passed: toNumber(answer[1]) }
}

const PAGE = '($1::bigint, $2::bigint, $3::bigint, $4::double precision)'
const TAKE = '($1::bigint, $2::bigint, $3::double precision)'

/** Reading, forgetting and expiring. `idle` resolves when no acknowledgement is under way. */
export function openMailboxes(context: Context): Reading & { readonly idle: () => Promise<void> } {
  const { db } = context
  let passed = 0
  const lanes = Array.from({ length: LANES }, () =>
    openBatches<Acknowledgement, null>({
      run: async (batch) => {
        const places = [batch.map(({ mailbox }) => mailbox), batch.map(({ upto }) => Math.min(upto, LARGEST))]
        await db.ask('SELECT forget_1($1::bigint[], $2::bigint[], true)', places.map(plainArray))
        return batch.map(() => null)
      },
      keyOf: ({ mailbox }) => mailbox,
      weigh: () => 1,
      mostWeight: MOST_IN_BATCH,
      mayDifferAlone: isInTheQuestion,
    }),
  )
  /** One after the other, so that who asks first is given the older ones. */
  const takes = Array.from({ length: LANES }, () =>
    openBatches<Taking, readonly Entry[]>({
      run: async (batch) => {
        const pages = batch.map(({ mailbox, count, bytes }) =>
          db.ask(`SELECT * FROM take_1${TAKE}`, [mailbox, count, bytes]),
        )
        return (await Promise.all(pages)).map((page) => page.map(entryOf))
      },
      keyOf: ({ mailbox }) => mailbox,
      weigh: () => 1,
      mostWeight: MOST_TAKES,
      mayDifferAlone: () => false,
    }),
  )
  return {
    read: async (mailbox, after, { count, bytes }) =>
      (await db.ask(`SELECT * FROM page_1${PAGE}`, [mailbox, Math.min(after, LARGEST), count, bytes])).map(entryOf),
    acknowledge: async (mailbox, upto) => {
      await lanes[laneOf(mailbox, LANES)]?.call({ mailbox, upto })
    },
    take: async (mailbox, limit) => (await takes[laneOf(mailbox, LANES)]?.call({ mailbox, ...limit })) ?? [],
    arrivals: (after) => arrivals(context, after),
    expire: async (before, now, batch) => {
      const { wakes, passed: upto } = await expire(context, { before, now, batch, passed })
      passed = upto
      return wakes
    },
    dropEnded: async (now, batch) => {
      const [row] = await db.ask('SELECT drop_ended_1($1::bigint, $2::integer) AS more', [Math.floor(now), batch])
      return toBoolean(row?.['more'])
    },
    idle: async () => {
      await Promise.all([...lanes, ...takes].map((lane) => lane.idle()))
    },
  }
}
