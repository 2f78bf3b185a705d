import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import { makePrivateFile, syncPath } from '../files.ts'
import { lockForServer } from './lock.ts'
import { toNumber, toText } from './rows.ts'

/** Pages in the write-ahead log before SQLite moves them home; with fewer, the same hot pages are moved too often. */
const CHECKPOINT_PAGES = 4000
const CACHE_KIBIBYTES = 16 * 1024

export interface DatabaseOptions {
  readonly file: string
  /** The server holds the lock already; the admin command may be of a newer Chatnip than the server that runs. */
  readonly role: 'server' | 'admin'
  /** How long a statement waits for another process's lock, in milliseconds. */
  readonly busyMilliseconds: number
  /** Upper bound of the database's size in pages, for tests of a full disk. */
  readonly maxPages: number | null
}

/** One connection with its prepared statements. */
export class Database {
  readonly connection: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(connection: DatabaseSync) {
    this.connection = connection
  }

  /** The prepared statement of this text; prepared once. Rows come as objects. */
  sql(text: string): StatementSync {
    const known = this.#statements.get(text)
    if (known !== undefined) return known
    const statement = this.connection.prepare(text)
    this.#statements.set(text, statement)
    return statement
  }

  exec(text: string): void {
    this.connection.exec(text)
  }

  /** Every statement's text so far, for the test that looks at the query plans. */
  texts(): readonly string[] {
    return [...this.#statements.keys()]
  }

  /**
   * Moves everything from the write-ahead log into the database and empties the log, so that no deleted text lingers there.
   * False when somebody was reading or writing; harmless, the next one does it.
   */
  emptyLog(): boolean {
    const row = this.sql('PRAGMA wal_checkpoint(TRUNCATE)').get()
    return toNumber(row?.['busy']) === 0
  }

  close(): void {
    if (this.connection.isOpen) this.connection.close()
  }
}

function pragma(connection: DatabaseSync, name: string): unknown {
  const row = connection.prepare(`PRAGMA ${name}`).get()
  return row === undefined ? undefined : Object.values(row)[0]
}

/** Durability is not a setting: with less than this the server does not start (delivery promise P2). */
function verifyDurability(connection: DatabaseSync): void {
  const journal = pragma(connection, 'journal_mode')
  const synchronous = pragma(connection, 'synchronous')
  if (journal === 'wal' && synchronous === 2) return
  throw new Error(
    `The database cannot be made safe here (journal_mode ${String(journal)}, synchronous ${String(synchronous)}). Use a local disk, not a network share.`,
  )
}

const MIGRATIONS = new URL('./migrations/', import.meta.url)

/** Brings the tables up to date, unless a server runs on them that would not understand them any more. */
function bringUpToDate(connection: DatabaseSync, { file, role }: DatabaseOptions): void {
  const isOld = Number(pragma(connection, 'user_version')) < migrationFiles().length
  if (!isOld || role === 'server') return migrate(connection)
  const unlock = lockForServer(
    file,
    `A server of an older Chatnip is using the database ${file}. Stop it, or use its own admin command.`,
  )
  try {
    migrate(connection)
  } finally {
    unlock()
  }
}

const migrationFiles = (): string[] => readdirSync(MIGRATIONS).filter((name) => /^\d{4}-.*\.sql$/.test(name))

/** Of the tables as this program makes them. */
export const newestVersion = (): number => migrationFiles().length

/** One numbered file after the other, each in its own transaction. */
function migrate(connection: DatabaseSync): void {
  const files = migrationFiles()
  const current = (): number => Number(pragma(connection, 'user_version'))
  if (current() > files.length) {
    throw new Error('The database was made by a newer Chatnip. Start that version, or restore an older backup.')
  }
  for (const name of files.toSorted().slice(current())) {
    const version = Number(name.slice(0, 4))
    connection.exec('BEGIN IMMEDIATE')
    try {
      // Another process may have been quicker.
      if (current() < version) {
        connection.exec(readFileSync(new URL(name, MIGRATIONS), 'utf8'))
        connection.exec(`PRAGMA user_version = ${version}`)
      }
      connection.exec('COMMIT')
    } catch (error) {
      if (connection.isTransaction) connection.exec('ROLLBACK')
      throw error
    }
  }
}

/**
 * Opens the database, creating or updating it as needed.
 *
 * secure_delete ON overwrites what is deleted; FAST leaves whole freed pages as they were, and with them delivered messages.
 */
export function openDatabase(options: DatabaseOptions): Database {
  makePrivateFile(options.file)
  const connection = new DatabaseSync(options.file, {
    timeout: options.busyMilliseconds,
    enableForeignKeyConstraints: true,
    enableDoubleQuotedStringLiterals: false,
  })
  try {
    connection.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA secure_delete = ON;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA cache_size = -${CACHE_KIBIBYTES};
      PRAGMA temp_store = MEMORY;
    `)
    if (options.maxPages !== null) connection.exec(`PRAGMA max_page_count = ${options.maxPages}`)
    verifyDurability(connection)
    bringUpToDate(connection, options)
    // The new file's name itself must survive a power cut too.
    syncPath(dirname(options.file))
    return new Database(connection)
  } catch (error) {
    connection.close()
    throw error
  }
}

/** The tables as SQLite describes them, one statement per line group, for comparison with schema.sql. */
export function dumpSchema(database: Database): string {
  const rows = database.connection
    .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    .all()
  return rows.map((row) => `${toText(row['sql'])};\n`).join('\n')
}
