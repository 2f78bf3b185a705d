import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { repeat } from '../kit/part.ts'
import type { Part } from '../kit/part.ts'

/** What this machine allows anybody: 4 KiB written and synced, and rows of 400 bytes in SQLite transactions of 64, `synchronous=FULL`. */
export const limits: Part = {
  name: 'limits',
  run: async ({ report, runs }) => {
    const folder = mkdtempSync(join(tmpdir(), 'chatnip-bench-'))
    await repeat(runs, (run) => {
      const who = 'this machine'
      report.add({ part: 'limits', who, what: '4 KiB written and synced', figures: syncs(join(folder, `file${run}`)) })
      report.add({ part: 'limits', who, what: 'SQLite, 64 rows a commit', figures: commits(join(folder, `db${run}`)) })
      return Promise.resolve()
    })
    rmSync(folder, { recursive: true, force: true })
  },
}

function syncs(file: string) {
  const descriptor = openSync(file, 'w')
  const page = Buffer.alloc(4_096, 7)
  const times = 1_000
  const began = performance.now()
  for (let n = 0; n < times; n += 1) {
    writeSync(descriptor, page)
    fdatasyncSync(descriptor)
  }
  closeSync(descriptor)
  return { perSecond: (times * 1_000) / (performance.now() - began) }
}

function commits(file: string) {
  const db = new DatabaseSync(file)
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT) STRICT',
  )
  const insert = db.prepare('INSERT INTO t (text) VALUES (?)')
  const text = 'x'.repeat(400)
  const rows = 32_000
  const cpu = process.cpuUsage()
  const began = performance.now()
  for (let n = 0; n < rows; n += 64) {
    db.exec('BEGIN IMMEDIATE')
    for (let row = 0; row < 64; row += 1) insert.run(text)
    db.exec('COMMIT')
  }
  const seconds = (performance.now() - began) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  db.close()
  return { perSecond: rows / seconds, cpuSecondsPer10k: (user + system) / 100 / rows }
}
