import { expect, test } from 'vitest'
import { signUp } from '../contract/world.ts'
import { untold } from '../known.ts'
import { openClient } from './database.ts'
import { POSTGRES_TABLES } from './known.ts'
import { settingsOf } from './options.ts'
import { openPostgresStore } from './postgres.ts'
import { withPostgres } from './suite.ts'

/** Of partitioned tables the whole, not its parts. */
const COLUMNS = `SELECT c.relname || '.' || a.attname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped`

await withPostgres('the columns of PostgreSQL', (server) => {
  test('people are told of every one; one more would be noticed', async () => {
    const url = await server.newDatabase()
    await (await openPostgresStore({ url })).close()
    const { sql } = openClient(settingsOf({ url }), { connections: 1, patience: null })
    const columns = async () => (await sql.unsafe(COLUMNS)).map((row) => String(row['name']))
    expect((await columns()).length).toBeGreaterThan(50)
    expect(untold(POSTGRES_TABLES, await columns())).toEqual([])
    await sql.unsafe('ALTER TABLE accounts ADD COLUMN phone_number text')
    expect(untold(POSTGRES_TABLES, await columns())).toEqual(['nobody is told of accounts.phone_number'])
    await sql.end()
  })

  test('are read where they keep no other call waiting, however long it takes', async () => {
    const url = await server.newDatabase()
    const patience = 300
    const store = await openPostgresStore({ url, connections: 1, patience })
    const { account } = await signUp(store, 'alice')
    const { sql } = openClient(settingsOf({ url }), { connections: 1, patience: null })
    await sql.unsafe('BEGIN; LOCK TABLE blobs')
    const [known, again] = [store.known(account), store.known(account)]
    const until = performance.now() + 2 * patience
    while (performance.now() < until) await store.getAccount(account)
    const held = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    expect(await sql.unsafe(held)).toHaveLength(1)
    await sql.unsafe('COMMIT')
    expect((await known).find(({ line }) => line === 'account')).toMatchObject({ rows: 1 })
    expect(await again).toEqual(await known)
    await sql.end()
    await store.close()
  })
})
