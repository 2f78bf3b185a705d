import { DatabaseSync } from 'node:sqlite'

/** Somebody else's process that holds the database's write lock: `node holds-lock.ts FILE MILLISECONDS`. Says when it has it. */
const [file = '', milliseconds = ''] = process.argv.slice(2)
const db = new DatabaseSync(file, { timeout: 5_000 })
db.exec('BEGIN IMMEDIATE')
process.stdout.write('held\n')
setTimeout(() => {
  db.exec('ROLLBACK')
  db.close()
}, Number(milliseconds))
