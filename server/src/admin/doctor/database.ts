import { existsSync, statSync } from 'node:fs'
import { openSqliteStore } from '../../store/sqlite/sqlite.ts'
import { inspect } from '../inspect.ts'
import { bad, look, ok, reasonOf } from './finding.ts'
import type { Finding } from './finding.ts'

const RESTORE = 'Stop the server, keep a copy of the data folder, and restore the latest good backup.'

/** Opens the database as the server does, and reads every page of it. */
export async function checkDatabase(
  file: string,
): Promise<{ readonly findings: readonly Finding[]; readonly newest: number | null }> {
  if (!existsSync(file)) {
    return {
      findings: [look(`There is no database ${file} yet. The first start of the server makes it.`)],
      newest: null,
    }
  }
  // Before it is opened: opening sets the permissions right.
  const mode = statSync(file).mode & 0o777
  const open =
    (mode & 0o077) === 0
      ? []
      : [look(`Others could read ${file} (mode ${mode.toString(8)}); that has been put right now.`)]
  try {
    const store = await openSqliteStore({ file, role: 'admin' })
    await store.close()
  } catch (error) {
    return { findings: [...open, bad(`The database ${file} does not open: ${reasonOf(error)}`)], newest: null }
  }
  const opens = ok('The database opens, and flushes every commit to the disk (write-ahead log, synchronous FULL).')
  const { finding, newest } = read(file)
  return { findings: [...open, opens, finding], newest }
}

function read(file: string): { readonly finding: Finding; readonly newest: number | null } {
  try {
    const { faults, newest } = inspect(file, 'quick')
    if (faults.length === 0) return { finding: ok('The database is whole.'), newest }
    return { finding: bad(`The database is damaged (${faults[0] ?? ''}). ${RESTORE}`), newest }
  } catch (error) {
    return { finding: bad(`The database cannot be read (${reasonOf(error)}). ${RESTORE}`), newest: null }
  }
}
