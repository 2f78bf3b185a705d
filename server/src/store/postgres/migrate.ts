import { readdirSync, readFileSync } from 'node:fs'
import type { Client } from './database.ts'
import { toNumber, toText } from './rows.ts'

/**
 * Brings the tables up to date while nodes of the version before may go on working on them (docs/decisions/0015):
 * - a migration first only adds (expand): what the older program doesn't know doesn't hurt it. Its head says `-- works with: N`, the oldest
 *   migration whose program still works on the tables as they are then;
 * - what only the older program needed is removed by a later migration (contract), with a higher `works with`, when no node runs it any more;
 * - a migration that was released is never changed.
 */
const MIGRATIONS = new URL('./migrations/', import.meta.url)

/** Of two nodes that start at once one waits for the other. Any number will do, as long as nobody else uses it. */
const LOCK = 7_310_300

interface Migration {
  readonly version: number
  readonly worksWith: number
  readonly text: string
}

/** @param folder another one in tests */
export function readMigrations(folder: URL = MIGRATIONS): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .toSorted()
    .map((name) => {
      const text = readFileSync(new URL(name, folder), 'utf8')
      const worksWith = /^-- works with: (\d+)$/m.exec(text)?.[1]
      if (worksWith === undefined) throw new Error(`${name} does not say what it works with`)
      return { version: Number(name.slice(0, 4)), worksWith: Number(worksWith), text }
    })
}

/**
 * @param sql one connection of its own, without a limit of time: the lock is the connection's
 * @throws Error with a sentence for people when the tables are of a Chatnip that this one can't work beside
 */
export async function migrate(sql: Client, migrations = readMigrations()): Promise<void> {
  const newest = migrations.at(-1)?.version ?? 0
  try {
    await sql.unsafe(`SELECT pg_advisory_lock(${LOCK})`)
    await sql.unsafe(
      'CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY, works_with integer NOT NULL, at timestamptz NOT NULL DEFAULT now())',
    )
    const there = await versionThere(sql, newest)
    for (const { version, worksWith, text } of migrations.filter((one) => one.version > there)) {
      await sql.unsafe(
        `BEGIN; ${text}; INSERT INTO migrations (version, works_with) VALUES (${version}, ${worksWith}); COMMIT`,
      )
    }
  } catch (error) {
    await sql.unsafe('ROLLBACK').catch(() => undefined)
    throw error
  } finally {
    await sql.unsafe(`SELECT pg_advisory_unlock(${LOCK})`).catch(() => undefined)
  }
}

/** How far the tables are. @throws Error when that is too far for the program whose newest migration is `newest` */
async function versionThere(sql: Client, newest: number): Promise<number> {
  const [row] = await sql.unsafe(
    'SELECT coalesce(max(version), 0) AS version, coalesce(max(works_with), 0) AS needs FROM migrations',
  )
  if (toNumber(row?.['needs']) > newest) {
    throw new Error(
      'The database was brought up to date by a newer Chatnip that this one can’t work beside. Start that version.',
    )
  }
  return toNumber(row?.['version'])
}

/** @throws Error with a sentence for people when the tables are not there, or not such that this program works on them */
export async function checkTables(sql: Client, migrations = readMigrations()): Promise<void> {
  const newest = migrations.at(-1)?.version ?? 0
  const [found] = await sql.unsafe("SELECT to_regclass('migrations') IS NOT NULL AS there")
  const there = found?.['there'] === true ? await versionThere(sql, newest) : 0
  if (there === 0) throw new Error('There is no Chatnip in this database. Look at DATABASE_URL, or start a node once.')
  if (there < newest)
    throw new Error(
      `The tables of this database are of version ${there}, and this Chatnip needs ${newest}. Use the admin command of the nodes that run, or start a node of this version first.`,
    )
}

/** What PostgreSQL must be set to: less may forget what it said it has (delivery promise P2). */
const DURABLE = { synchronous_commit: ['on', 'remote_apply'], fsync: ['on'], full_page_writes: ['on'] } as const

const LEAST_VERSION = 150_000

/** @throws Error with a sentence for people */
export async function checkServer(sql: Client): Promise<void> {
  for (const [name, enough] of Object.entries(DURABLE)) {
    const [row] = await sql.unsafe('SELECT current_setting($1) AS value', [name])
    const value = toText(row?.['value'])
    if (!enough.some((word) => word === value))
      throw new Error(`PostgreSQL is set to lose messages (${name} is ${value}). It must be ${enough[0]}.`)
  }
  const [row] = await sql.unsafe(
    `SELECT current_setting('server_version_num')::integer AS version, pg_is_in_recovery() AS standby, current_setting('server_encoding') AS encoding`,
  )
  if (toNumber(row?.['version']) < LEAST_VERSION) throw new Error('Chatnip needs PostgreSQL 15 or newer.')
  if (row?.['standby'] === true) throw new Error('This PostgreSQL is a standby, which takes nothing. Name the primary.')
  if (row?.['encoding'] !== 'UTF8') throw new Error('The database must be made with the encoding UTF8.')
}
