import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { untold } from '../known.ts'
import { SQLITE_TABLES } from './known.ts'
import { openSqliteStore } from './sqlite.ts'
import { inFolder } from './testing.ts'

const COLUMNS = `SELECT s.name || '.' || c.name AS name FROM sqlite_schema s, pragma_table_info(s.name) c
  WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`

test('people are told of every column of the database; one more would be noticed', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'chatnip.db')
    await (await openSqliteStore({ file })).close()
    const db = new DatabaseSync(file)
    const columns = () =>
      db
        .prepare(COLUMNS)
        .all()
        .map(({ name }) => String(name))
    expect(columns().length).toBeGreaterThan(50)
    expect(untold(SQLITE_TABLES, columns())).toEqual([])
    db.exec('ALTER TABLE accounts ADD COLUMN phone_number TEXT')
    expect(untold(SQLITE_TABLES, columns())).toEqual(['nobody is told of accounts.phone_number'])
    db.close()
  })
})
