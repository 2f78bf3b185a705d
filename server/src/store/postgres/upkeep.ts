import { readKnown } from '../known.ts'
import type { Known } from '../known.ts'
import type { AccountNumber, StoreStats, Upkeep } from '../store.ts'
import type { Context } from './context.ts'
import type { Ask, Client } from './database.ts'
import { POSTGRES_TABLES } from './known.ts'
import { openLeavers } from './leaving.ts'
import { toBytes, toNumber, toText } from './rows.ts'
import type { Row } from './rows.ts'
import { fromStored } from './text.ts'

const DAY = 86_400_000

type Rounds = Pick<Upkeep, 'probe' | 'sweep' | 'secret'>

/** Every statement deletes a bounded number of rows, so that no lock is held for long. */
const SWEEPS = [
  'DELETE FROM sessions WHERE session IN (SELECT session FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)',
  'DELETE FROM proofs WHERE hash IN (SELECT hash FROM proofs WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)',
  'DELETE FROM invites WHERE hash IN (SELECT hash FROM invites WHERE expires_at <= $1 OR uses_left = 0 LIMIT $2)',
]

/** The same for what is forgotten some days later. */
const LATER_SWEEPS = [
  'DELETE FROM key_packages WHERE number IN (SELECT number FROM key_packages WHERE claimed_at <= $1 ORDER BY claimed_at LIMIT $2)',
  `DELETE FROM group_epochs WHERE hash IN
   (SELECT hash FROM group_epochs WHERE used_on < div($1::bigint, ${DAY})::bigint ORDER BY used_on LIMIT $2)`,
]

export function upkeepStore(context: Context): Rounds {
  const finishLeaving = openLeavers(context)
  return {
    probe: async () => {
      // A write that changes nothing still has to get a connection, a lock, room in the log and an fsync.
      await context.db.ask("UPDATE counters SET value = value WHERE name = 'probe' AND must_be_durable_1() IS NOT NULL")
    },
    sweep: async (now, batch) => {
      const forgetting = Math.floor(now - context.limits.retentionDays * DAY)
      for (const statement of SWEEPS) await context.db.ask(statement, [Math.floor(now), batch])
      for (const statement of LATER_SWEEPS) await context.db.ask(statement, [forgetting, batch])
      await finishLeaving()
    },
    secret: async (name, fresh) => {
      await context.db.ask('INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING', [name, fresh])
      const [row] = await context.db.ask('SELECT value FROM secrets WHERE name = $1', [name])
      return toBytes(row?.['value'])
    },
  }
}

/** In one snapshot. @param sql a connection that may take its time */
export const readKnownOf = (sql: Client, account: AccountNumber): Promise<readonly Known[]> =>
  sql.begin('isolation level repeatable read read only', (snapshot) =>
    readKnown({
      tables: POSTGRES_TABLES,
      size: (column) => `pg_column_size(${column})`,
      ask: (query) => snapshot.unsafe<Row[]>(query, [account]),
      text: fromStored,
    }),
  )

/** The tables with their partitions together. */
const TABLES = `SELECT c.relname AS name, coalesce(
    (SELECT sum(pg_total_relation_size(t.relid))::bigint FROM pg_partition_tree(c.oid) t WHERE t.isleaf), pg_total_relation_size(c.oid)) AS bytes
  FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname`

const WAITING = `SELECT a.username, w.messages, w.bytes FROM (
    SELECT account, sum(messages)::bigint AS messages, sum(bytes)::bigint AS bytes FROM mailboxes WHERE messages > 0 GROUP BY account
  ) w JOIN accounts a ON a.account = w.account ORDER BY w.bytes DESC, a.username`

/** @param ask a connection that may take its time */
export async function readStats(ask: Ask): Promise<StoreStats> {
  const tables: { table: string; rows: number; bytes: number }[] = []
  for (const { name, bytes } of await ask(TABLES)) {
    const table = toText(name)
    const [count] = await ask(`SELECT count(*) AS rows FROM "${table}"`)
    tables.push({ table, rows: toNumber(count?.['rows']), bytes: toNumber(bytes) })
  }
  const [size] = await ask('SELECT pg_database_size(current_database()) AS bytes')
  const waiting = (await ask(WAITING)).map((row) => ({
    username: toText(row['username']),
    messages: toNumber(row['messages']),
    bytes: toNumber(row['bytes']),
  }))
  return { tables, fileBytes: toNumber(size?.['bytes']), waiting }
}
