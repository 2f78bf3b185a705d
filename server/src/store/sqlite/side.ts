import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { readKnown } from '../known.ts'
import type { Known } from '../known.ts'
import type { AccountNumber, StoreStats } from '../store.ts'
import { makePrivateFile, syncPath } from '../files.ts'
import type { FromSide, SideTask } from './side-task.ts'
import { SQLITE_TABLES } from './known.ts'
import { markCopy } from './restored.ts'
import { toNumber, toText } from './rows.ts'

/**
 * Long reading, in a thread and a connection of its own: a snapshot of the database while the storage thread goes on writing.
 */

function backup(db: DatabaseSync, target: string): void {
  // First beside the target, so that a backup of that name is either the old one or a whole new one.
  const part = `${target}.part`
  if (existsSync(part)) rmSync(part)
  try {
    makePrivateFile(part)
    db.prepare('VACUUM INTO ?').run(part)
    markCopy(part)
    syncPath(part)
    renameSync(part, target)
  } catch (error) {
    // Half a copy is of no use, and takes room just when there may be none.
    rmSync(part, { force: true })
    throw error
  }
  syncPath(dirname(target))
}

function tables(db: DatabaseSync): StoreStats['tables'] {
  const sizes = db
    .prepare(
      `SELECT s.tbl_name AS name, sum(d.pgsize) AS bytes FROM dbstat d JOIN sqlite_schema s ON s.name = d.name
       WHERE d.aggregate = TRUE AND s.tbl_name NOT LIKE 'sqlite\\_%' ESCAPE '\\' GROUP BY s.tbl_name ORDER BY s.tbl_name`,
    )
    .all()
  return sizes.map((row) => {
    const table = toText(row['name'])
    const rows = db.prepare(`SELECT count(*) AS rows FROM "${table}"`).get()
    return { table, rows: toNumber(rows?.['rows']), bytes: toNumber(row['bytes']) }
  })
}

function stats(db: DatabaseSync): StoreStats {
  const size = db.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size').get()
  const waiting = db
    .prepare(
      `SELECT a.username, sum(m.messages) AS messages, sum(m.bytes) AS bytes
       FROM mailboxes m JOIN accounts a ON a.account = m.account
       GROUP BY a.account HAVING sum(m.messages) > 0 ORDER BY sum(m.bytes) DESC, a.username`,
    )
    .all()
  return {
    tables: tables(db),
    fileBytes: toNumber(size?.['bytes']),
    waiting: waiting.map((row) => ({
      username: toText(row['username']),
      messages: toNumber(row['messages']),
      bytes: toNumber(row['bytes']),
    })),
  }
}

const known = (db: DatabaseSync, account: AccountNumber): Promise<readonly Known[]> =>
  readKnown({
    tables: SQLITE_TABLES,
    size: (column) => `octet_length(${column})`,
    ask: (query) => Promise.resolve(db.prepare(query.replace('$1', '?')).all(account)),
    text: (value) => value,
  })

async function run(task: SideTask): Promise<FromSide> {
  const db = new DatabaseSync(task.file, { readOnly: true, timeout: 5_000 })
  try {
    db.exec('BEGIN')
    if (task.kind === 'stats') return { ok: true, answer: stats(db) }
    if (task.kind === 'known') return { ok: true, answer: await known(db, task.account) }
    db.exec('COMMIT')
    backup(db, task.target)
    return { ok: true, answer: null }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) }
  } finally {
    db.close()
  }
}

parentPort?.postMessage(await run(workerData))
