import { expect, test } from 'vitest'
import { signUp } from '../contract/world.ts'
import { openClient } from './database.ts'
import { checkTables, migrate, readMigrations } from './migrate.ts'
import { settingsOf } from './options.ts'
import { openPostgresStore } from './postgres.ts'
import { withPostgres } from './suite.ts'

await withPostgres('the tables of PostgreSQL', (server) => {
  const client = (url: string) => openClient(settingsOf({ url }), { connections: 1, patience: null })

  test('three nodes that start on an empty database at once make the tables once', async () => {
    const url = await server.newDatabase()
    const stores = await Promise.all([1, 2, 3].map(() => openPostgresStore({ url })))
    const [one, two] = stores
    if (one === undefined || two === undefined) throw new Error('no stores')
    await signUp(one, 'alice')
    expect(await two.findAccount('alice')).not.toBeNull()
    await Promise.all(stores.map((store) => store.close()))
    const { sql } = client(url)
    const rows = await sql.unsafe('SELECT version FROM migrations ORDER BY version')
    expect(rows.map((row) => row['version'])).toEqual(readMigrations().map(({ version }) => version))
    await sql.end()
  })

  test('from every old state of the tables one comes to the newest, with what is in them', async () => {
    for (const { version } of readMigrations()) {
      const url = await server.newDatabase()
      const { sql } = client(url)
      await migrate(
        sql,
        readMigrations().filter((one) => one.version <= version),
      )
      await sql.unsafe(
        "INSERT INTO accounts (name, username, password_hash, public_key, created_at) VALUES ('old', 'Old', 'h', 'k', 1)",
      )
      await sql.end()
      const store = await openPostgresStore({ url })
      expect(await store.findAccount('OLD')).toMatchObject({ username: 'Old', publicKey: 'k' })
      await store.close()
    }
  })

  test('a newer program’s tables are used while they still work with this one, and refused when they don’t', async () => {
    const url = await server.newDatabase()
    const known = readMigrations()
    const newest = known.length
    await (await openPostgresStore({ url })).close()
    const { sql } = client(url)
    const expand = { version: newest + 1, worksWith: newest, text: 'ALTER TABLE accounts ADD COLUMN more text' }
    await migrate(sql, [...known, expand])
    const older = await openPostgresStore({ url })
    await signUp(older, 'alice')
    await older.close()
    const contract = { version: newest + 2, worksWith: newest + 1, text: 'ALTER TABLE accounts DROP COLUMN avatar' }
    await migrate(sql, [...known, expand, contract])
    await expect(openPostgresStore({ url })).rejects.toThrow('newer Chatnip')
    await sql.end()
  })

  test('the admin command works on tables as they are, and changes nothing', async () => {
    const url = await server.newDatabase()
    const { sql } = client(url)
    const open = async () => (await openPostgresStore({ url, role: 'admin' })).close()
    await expect(open()).rejects.toThrow('There is no Chatnip in this database')
    expect(await sql.unsafe("SELECT 1 FROM pg_class WHERE relname IN ('migrations', 'accounts')")).toHaveLength(0)
    await (await openPostgresStore({ url })).close()
    await open()
    const known = readMigrations()
    const next = {
      version: known.length + 1,
      worksWith: known.length,
      text: 'ALTER TABLE accounts ADD COLUMN more text',
    }
    await expect(checkTables(sql, [...known, next])).rejects.toThrow(
      `are of version ${known.length}, and this Chatnip needs ${known.length + 1}`,
    )
    await migrate(sql, [...known, next])
    await open()
    const contract = { version: known.length + 2, worksWith: known.length + 1, text: 'SELECT 1' }
    await migrate(sql, [...known, next, contract])
    await expect(open()).rejects.toThrow('newer Chatnip')
    await sql.end()
  })

  test('of two hosts that one which answers is told of, not that the other is away', async () => {
    const nothing = server.url.replace(/\/postgres$/, '/nothing')
    const two = nothing.replace('/nothing', ',127.0.0.1:1/nothing')
    for (const url of [nothing, two])
      await expect(openPostgresStore({ url, startPatience: 0 })).rejects.toThrow('"nothing" does not exist')
  })

  test('a migration that fails leaves nothing of itself', async () => {
    const url = await server.newDatabase()
    const { sql } = client(url)
    const bad = { version: 1, worksWith: 1, text: 'CREATE TABLE half (a integer); SELECT 1 / 0' }
    await expect(migrate(sql, [bad])).rejects.toThrow('division by zero')
    await migrate(sql, [{ version: 1, worksWith: 1, text: 'CREATE TABLE half (a integer)' }])
    expect(await sql.unsafe('SELECT version FROM migrations')).toHaveLength(1)
    await sql.end()
  })
})
