import type { AccountNumber, MailboxNumber } from '../store.ts'
import { tellChange } from './changes.ts'
import type { Context } from './context.ts'
import { toBoolean, toNumber, toNumbers, toTextOrNull } from './rows.ts'
import { plainArray } from './text.ts'

/**
 * How an account goes. It is gone for everybody with the first step; what was its own, and what it sent and still waits, is removed in steps, each
 * a transaction of its own that looks at a bounded number of rows: a hundred thousand would take longer than a statement may, and keep all
 * those waiting for whom something of it lies there. Who dies in between leaves the rest to the next sweep of any node (`openLeavers`).
 */

const RECORDS_A_STEP = 2_000
const ENTRIES_A_STEP = 2_000
const FIRST_ID = '00000000-0000-0000-0000-000000000000'

interface Box {
  readonly mailbox: MailboxNumber
  readonly messages: number
}

/** A stretch of a mailbox: what lies beyond one place, up to another. */
interface Stretch {
  readonly mailbox: MailboxNumber
  readonly beyond: number
  readonly upto: number
}

/** @returns false: there is no such account, or it is going already. Once it is gone nothing fails any more: the rest is the sweep's. */
export async function deleteAccount(context: Context, account: AccountNumber): Promise<boolean> {
  const isLeaving = await context.db.together(async (ask) => {
    const [row] = await ask('SELECT leave_1($1) AS leaving', [account])
    await ask('UPDATE blobs SET owner = NULL WHERE owner = $1', [account])
    await tellChange(context, ask, account)
    return toBoolean(row?.['leaving'])
  })
  // As much as can be now: nobody can ask for it again. If it gets stuck for good, the sweep will say so.
  if (isLeaving) await removeAll(context, account).catch(() => undefined)
  return isLeaving
}

const LEAVERS_A_ROUND = 10
const LEAVERS = `SELECT account FROM accounts WHERE name IS NULL AND account > $1 ORDER BY account LIMIT ${LEAVERS_A_ROUND}`
const BEFORE_ALL = -1

/**
 * Goes on where another node, or this one before, stopped in the middle: some accounts with each call, and the next ones with the next, so that
 * accounts which are stuck keep no others from going.
 * @returns rejects with the first failure, after all of the round were tried
 */
export function openLeavers(context: Context): () => Promise<void> {
  let last: AccountNumber = BEFORE_ALL
  return async () => {
    const faults: unknown[] = []
    const rows = await context.db.ask(LEAVERS, [last])
    for (const row of rows) {
      last = toNumber(row['account'])
      await removeAll(context, last).catch((fault: unknown) => faults.push(fault))
    }
    if (rows.length < LEAVERS_A_ROUND) last = BEFORE_ALL
    if (faults.length > 0) throw faults[0]
  }
}

async function removeAll(context: Context, account: AccountNumber): Promise<void> {
  const { db } = context
  const addressees = await addresseesOf(context, account)
  await forgetIn(context, await boxesOf(context, addressees), account)
  await forgetIn(context, await boxesOf(context, [account]), null)
  const records = `DELETE FROM dedup WHERE account = $1 AND id IN (SELECT id FROM dedup WHERE account = $1 ORDER BY id LIMIT ${RECORDS_A_STEP}) RETURNING 1`
  while ((await db.ask(records, [account])).length === RECORDS_A_STEP);
  await db.ask('SELECT delete_account_1($1)', [account])
}

/** waiting_for_1 looks beyond an id, and nothing is before the first one. */
const WAITING_FOR_FIRST = `SELECT DISTINCT m.account FROM dedup d JOIN messages m ON m.message BETWEEN d.first AND d.last
  WHERE d.account = $1 AND d.id = '${FIRST_ID}' AND m.sender = $1`

/** For whom something of this sender waits, but the sender itself. */
async function addresseesOf({ db }: Context, account: AccountNumber): Promise<readonly AccountNumber[]> {
  const found = new Set((await db.ask(WAITING_FOR_FIRST, [account])).map((row) => toNumber(row['account'])))
  for (let after: string | null = FIRST_ID; after !== null;) {
    const [row] = await db.ask('SELECT waiting_for_1($1, $2::uuid, $3) AS answer', [account, after, RECORDS_A_STEP])
    const answer: unknown = row?.['answer']
    if (!Array.isArray(answer)) throw new TypeError('waiting_for_1 has answered something else')
    for (const one of toNumbers(answer[1])) found.add(one)
    after = toTextOrNull(answer[0])
  }
  found.delete(account)
  return [...found]
}

async function boxesOf({ db }: Context, accounts: readonly AccountNumber[]): Promise<readonly Box[]> {
  const boxes: Box[] = []
  for (let from = 0; from < accounts.length; from += RECORDS_A_STEP) {
    const rows = await db.ask('SELECT mailbox, messages FROM mailboxes WHERE account = ANY ($1::bigint[])', [
      plainArray(accounts.slice(from, from + RECORDS_A_STEP)),
    ])
    for (const row of rows) boxes.push({ mailbox: toNumber(row['mailbox']), messages: toNumber(row['messages']) })
  }
  return boxes
}

/** @param sender whose messages; null: everybody's */
async function forgetIn(context: Context, boxes: readonly Box[], sender: AccountNumber | null): Promise<void> {
  let together: Stretch[] = []
  let entries = 0
  for (const { mailbox, messages } of boxes) {
    if (messages > ENTRIES_A_STEP) {
      await forgetPiecewise(context, mailbox, sender)
      continue
    }
    if (entries + messages > ENTRIES_A_STEP) {
      await forget(context, together, sender)
      together = []
      entries = 0
    }
    together.push({ mailbox, beyond: -1, upto: Number.MAX_SAFE_INTEGER })
    entries += messages
  }
  await forget(context, together, sender)
}

const NEXT = `SELECT max(x.seq) AS upto FROM (
  SELECT seq FROM entries WHERE account = $1::bigint >> 16 AND mailbox = $1::bigint AND seq > $2 ORDER BY seq LIMIT ${ENTRIES_A_STEP}
) x`

async function forgetPiecewise(context: Context, mailbox: MailboxNumber, sender: AccountNumber | null): Promise<void> {
  for (let beyond = -1; ;) {
    const [row] = await context.db.ask(NEXT, [mailbox, beyond])
    if (row === undefined || row['upto'] === null) return
    const upto = toNumber(row['upto'])
    await forget(context, [{ mailbox, beyond, upto }], sender)
    beyond = upto
  }
}

async function forget({ db }: Context, stretches: readonly Stretch[], sender: AccountNumber | null): Promise<void> {
  if (stretches.length === 0) return
  await db.ask('SELECT forget_of_1($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint)', [
    plainArray(stretches.map(({ mailbox }) => mailbox)),
    plainArray(stretches.map(({ beyond }) => beyond)),
    plainArray(stretches.map(({ upto }) => upto)),
    sender,
  ])
}
