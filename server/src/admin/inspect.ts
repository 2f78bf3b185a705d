import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/** What reading a database file from outside tells. */
export interface Inspection {
  /** SQLite's own words about what is broken; empty when all is well. */
  readonly faults: readonly string[]
  /** When the newest waiting message was accepted (Unix ms), or null. */
  readonly newest: number | null
}

const textsOf = (rows: readonly Readonly<Record<string, unknown>>[]): string[] =>
  rows.map((row) => Object.values(row).join(' '))

/**
 * Reads a database without changing it.
 * @param check `quick`: every page, beside a running server. `whole`: indexes and references too, of a file that nobody writes;
 *   opened as immutable so that nothing appears beside it.
 * @throws Error when it cannot be opened or read at all
 */
export function inspect(file: string, check: 'quick' | 'whole'): Inspection {
  const whole = check === 'whole'
  const name = whole ? new URL(`${pathToFileURL(file).href}?immutable=1`) : file
  const db = new DatabaseSync(name, { readOnly: true, timeout: 5_000 })
  try {
    const found = textsOf(db.prepare(whole ? 'PRAGMA integrity_check' : 'PRAGMA quick_check').all())
    const dangling = whole ? textsOf(db.prepare('PRAGMA foreign_key_check').all()) : []
    const newest = db.prepare('SELECT accepted_at FROM messages ORDER BY message DESC LIMIT 1').get()?.['accepted_at']
    return {
      faults: [...found.filter((text) => text !== 'ok'), ...dangling.map((text) => `dangling reference: ${text}`)],
      newest: typeof newest === 'number' ? newest : null,
    }
  } finally {
    db.close()
  }
}

/** The same for a copy of a database that several nodes share. */
export async function inspectCopy(file: string): Promise<Pick<Inspection, 'faults'>> {
  const { faultsOfCopy } = await import('../store/postgres/backup.ts')
  return { faults: await faultsOfCopy(file) }
}
