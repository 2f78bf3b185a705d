import { openClient } from './database.ts'
import type { Client } from './database.ts'
import { codeOf, isNotThere, isOfTls } from './failures.ts'
import { checkServer, checkTables, migrate } from './migrate.ts'
import type { Settings } from './options.ts'

/** A connection of its own that may take as long as it takes: for copies, counting and new tables. */
export async function aside<T>(settings: Settings, work: (sql: Client) => Promise<T>): Promise<T> {
  const { sql, cutAll } = openClient(settings, { connections: 1, patience: null })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 1 })
    cutAll()
  }
}

const later = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
const AGAIN_MS = 250

/** Prepares the tables, waiting a while for a database that isn't there yet. */
export const prepare = (settings: Settings): Promise<void> => whenThere(settings, migrate)

/** Looks whether this program can work on the tables, and changes nothing. @throws Error with a sentence for people */
export const check = (settings: Settings): Promise<void> => whenThere(settings, checkTables)

async function whenThere(settings: Settings, work: (sql: Client) => Promise<void>): Promise<void> {
  const end = performance.now() + settings.startPatience
  for (;;) {
    try {
      return await aside(settings, async (sql) => {
        await checkServer(sql)
        await work(sql)
      })
    } catch (error) {
      if (isOfTls(error))
        throw new Error(
          `The database does not prove that it is the one that is meant (${codeOf(error)}). Look at sslrootcert, and at the host in DATABASE_URL.`,
          { cause: error },
        )
      if (!isNotThere(error)) throw error
      if (performance.now() > end)
        throw new Error('The database cannot be reached. Look whether it runs, and at DATABASE_URL.', { cause: error })
      await later(AGAIN_MS)
    }
  }
}
