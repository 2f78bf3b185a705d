import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client } from '../../store/postgres/database.ts'
import { settingsOf } from '../../store/postgres/options.ts'
import { aside, prepare } from '../../store/postgres/prepare.ts'
import { toStored } from '../../store/postgres/text.ts'
import { AdminError } from '../command.ts'
import { MOVES, SEQUENCES } from './moves.ts'
import type { Move } from './moves.ts'
import type { Source } from './source.ts'

type Transaction = Pick<Client, 'unsafe'>

/** How many rows went into each table. */
export type Moved = Readonly<Record<string, number>>

/** So many characters go over at a time. */
const BATCH = 256 * 1024
/** A connection that was just closed is still listed for a moment. */
const TRIES = 5
const AGAIN_MS = 300

/**
 * Puts everything into an empty database, making its tables. In one transaction: whatever interrupts it, nothing of it is there, and it begins again.
 * @throws AdminError when there is something already, a node runs on it, or the source is damaged; Error when the database can't be reached
 */
export async function moveInto(url: string, source: Source): Promise<Moved> {
  const settings = settingsOf({ url, startPatience: 0 })
  await prepare(settings)
  return aside(settings, async (sql) => {
    await refuseNodes(sql)
    const moved = await sql.begin((tx) => moveAll(tx, source))
    // Everything is over: that its figures are not counted must not look as if it were not. PostgreSQL counts them itself in time.
    await sql.unsafe('ANALYZE').catch(() => undefined)
    return moved
  })
}

async function moveAll(tx: Transaction, source: Source): Promise<Moved> {
  // Nobody signs up meanwhile.
  await tx.unsafe('LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE')
  await refuseFull(tx)
  await tx.unsafe('TRUNCATE counters, secrets')
  const moved: Record<string, number> = {}
  for (const move of MOVES) {
    moved[move.table] = await copy(tx, source, move)
    if (move.all !== null && moved[move.table] !== source.number(`SELECT count(*) FROM ${move.all}`))
      throw new AdminError(
        `The table ${move.table} holds rows that belong to nothing. Nothing was moved; run "doctor".`,
      )
  }
  for (const { sequence, query } of SEQUENCES) {
    const name = sequence.includes('(') ? sequence : `'${sequence}'`
    await tx.unsafe(`SELECT setval(${name}, ${Math.max(source.number(query), 1)})`)
  }
  return moved
}

async function copy(tx: Transaction, source: Source, { table, columns, query }: Move): Promise<number> {
  let rows = 0
  const counted = function* () {
    for (const row of source.rows(query)) {
      rows += 1
      yield row
    }
  }
  const into = await tx.unsafe(`COPY ${table} (${columns}) FROM STDIN`).writable()
  await pipeline(Readable.from(batches(counted())), into)
  return rows
}

function* batches(rows: Iterable<readonly unknown[]>): Generator<string> {
  let batch = ''
  for (const row of rows) {
    batch += lineOf(row)
    if (batch.length < BATCH) continue
    yield batch
    batch = ''
  }
  if (batch !== '') yield batch
}

/** A row as COPY reads it (https://www.postgresql.org/docs/current/sql-copy.html, text format). */
export const lineOf = (row: readonly unknown[]): string => `${row.map(field).join('\t')}\n`

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function field(value: unknown): string {
  if (value === null) return '\\N'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return toStored(value).replaceAll(/[\\\t\n\r]/g, (found) => ESCAPES[found] ?? found)
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value).toString('hex')}`
  throw new TypeError(`a column holds a ${typeof value}`)
}

/** Counters and secrets are made with the tables. */
const MADE_WITH_TABLES: ReadonlySet<string> = new Set(['counters', 'secrets'])

async function refuseFull(tx: Transaction): Promise<void> {
  for (const { table } of MOVES) {
    if (MADE_WITH_TABLES.has(table)) continue
    const rows = await tx.unsafe(`SELECT 1 FROM ${table} LIMIT 1`)
    if (rows.length > 0)
      throw new AdminError(
        `The database that DATABASE_URL names is not empty (${table}). Nothing was moved; name an empty one.`,
      )
  }
}

/** A node that runs has made secrets of its own, and knows nothing of those that come. */
async function refuseNodes(sql: Client): Promise<void> {
  const others =
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'chatnip' AND pid <> pg_backend_pid()"
  for (let tries = 1; (await sql.unsafe(others)).length > 0; tries += 1) {
    if (tries === TRIES)
      throw new AdminError('A node, or an admin command, is using the database that DATABASE_URL names. Stop it first.')
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
  }
}
