import { DatabaseSync } from 'node:sqlite'
import { lockForServer } from '../../store/sqlite/lock.ts'
import { newestVersion } from '../../store/sqlite/database.ts'
import { AdminError } from '../command.ts'
import { PREPARE } from './moves.ts'

/** The embedded database, held so that no server starts on it, and only read. */
export interface Source {
  /** Rows as lists of values, one after the other: there may be more than fit into memory. */
  rows(query: string): Iterable<readonly unknown[]>
  /** The one number that a query gives; 0 for none. */
  number(query: string): number
  close(): void
}

/**
 * @param file the database
 * @throws AdminError when a server runs on it, or it is not as this version leaves it
 */
export function openSource(file: string): Source {
  const unlock = lockForServer(
    file,
    `A server is using the database ${file}. Stop it first: what came in meanwhile would be left behind.`,
  )
  let db: DatabaseSync | null = null
  try {
    db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
    const source = sourceOf(db, unlock)
    check(source, file)
    // One state of it, whatever another admin command does now.
    db.exec(`BEGIN; ${PREPARE}`)
    return source
  } catch (error) {
    db?.close()
    unlock()
    throw error
  }
}

function sourceOf(db: DatabaseSync, unlock: () => void): Source {
  return {
    rows: function* (query) {
      const statement = db.prepare(query)
      // Objects would put columns with numbers for names first.
      statement.setReturnArrays(true)
      for (const row of statement.iterate()) yield Object.values(row)
    },
    number: (query) => {
      const row = db.prepare(query).get()
      return Number(row === undefined ? 0 : (Object.values(row)[0] ?? 0))
    },
    close: () => {
      db.close()
      unlock()
    },
  }
}

function check(source: Source, file: string): void {
  const [there, here] = [source.number('PRAGMA user_version'), newestVersion()]
  if (there > here) throw new AdminError(`The database ${file} is of a newer Chatnip. Use that one's admin command.`)
  const isCopy = source.number("SELECT count(*) FROM counters WHERE name = 'copied_at'") > 0
  if (there < here || isCopy)
    throw new AdminError(
      `The database ${file} is ${isCopy ? 'a backup that was just put back' : 'of an older Chatnip'}. Start this server on it once, stop it, and try again.`,
    )
}
