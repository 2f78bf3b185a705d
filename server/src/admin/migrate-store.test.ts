import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseFile } from '../config.ts'
import {
  addDevice,
  DAY,
  EVERYTHING,
  hashOf,
  message,
  messageForAll,
  newAccount,
  NOW,
  plainMailbox,
  signUp,
  waiting,
} from '../store/contract/world.ts'
import { openClient } from '../store/postgres/database.ts'
import { settingsOf } from '../store/postgres/options.ts'
import { openPostgresStore } from '../store/postgres/postgres.ts'
import { withPostgres } from '../store/postgres/suite.ts'
import { openSqliteStore } from '../store/sqlite/sqlite.ts'
import type { Account, Store } from '../store/store.ts'
import { MOVES } from './migrate-store/moves.ts'
import { admin, adminJson } from './testing.ts'

const GROUP = { id: 'group of three', epoch: 4 }
/** Characters that COPY has a meaning for, one that PostgreSQL's text can't hold, and what stands in for it. */
const HARD = 'tab\t line\n return\r back\\slash \\N \\. nul\0 mark\u{E000} 👋'
const NAMES = ['Alice', 'bob', 'carol', 'dave', 'erin']

const named = async (store: Store, name: string): Promise<Account> => {
  const account = await store.findAccount(name)
  if (account === null) throw new Error(`there is no ${name}`)
  return account
}

/** A store with some of everything. */
async function live(store: Store): Promise<void> {
  const [alice, bob, carol, dave] = [
    await signUp(store, 'Alice'),
    await signUp(store, 'bob'),
    await signUp(store, 'carol'),
    await signUp(store, 'dave'),
  ]
  const recovery = { wrapped: HARD, proofHash: hashOf(90) }
  await store.createInvite({ hash: hashOf(91), handle: 'abcd', createdAt: NOW, expiresAt: NOW + DAY, usesLeft: 3 })
  await store.createAccount(
    newAccount('erin', {
      recovery,
      wrappedByPassword: HARD,
      inviteHash: hashOf(91),
      proof: { hash: hashOf(92), until: NOW },
    }),
  )
  await store.changeAccount(dave.account, {
    freshStart: { hash: hashOf(93), until: NOW + DAY },
    avatar: 'f'.repeat(64),
    disabled: true,
  })
  await store.createSession({ hash: hashOf(94), account: carol.account, now: NOW, expiresAt: NOW + DAY, device: null })
  const [phone, laptop] = [await addDevice(store, alice, 'phone'), await addDevice(store, alice, 'laptop')]
  const tablet = await addDevice(store, bob, 'tablet')
  await store.addKeyPackages(alice.account, 'phone', { fresh: ['one', HARD, 'three'], lastResort: 'last' })
  await store.claimKeyPackages({ username: 'alice', askedBy: 'tablet', lastResortsOnly: false, now: NOW })
  await store.setPush(alice.account, 'phone', { endpoint: 'https://push.example.org/1', now: NOW })
  await converse(store, { alice, bob, carol }, phone.mailbox)
  await store.acknowledge(laptop.mailbox, 2)
  await store.acknowledge(tablet.mailbox, 1)
  await upload(store, alice)
  const gone = await signUp(store, 'gone')
  await store.deleteAccount(gone.account)
  await store.secret('proof of work', hashOf(95))
}

type People = Readonly<Record<'alice' | 'bob' | 'carol', Account>>

async function converse(store: Store, { alice, bob, carol }: People, phone: number): Promise<void> {
  await store.append(message(alice, 'bob', { number: 1, now: NOW - 40 * DAY }))
  for (const number of [2, 3, 4]) await store.append(message(bob, 'alice', { number, text: `${HARD} ${number}` }))
  await store.append(messageForAll(carol, ['alice', 'bob', 'dave'], { number: 5, text: 'the same for all' }))
  await store.append(message(alice, 'Alice', { number: 6, fromMailbox: phone, text: 'to my other device' }))
  await store.append(message(bob, 'bob', { number: 7 }))
  await store.append(message(carol, 'dave', { number: 8, expiresIn: 600, timestamp: 1_800_000_000.25 }))
  await store.append({
    ...message(alice, ['bob', 'carol'], { number: 9, fromMailbox: phone }),
    group: { ...GROUP, commit: true },
  })
  // Nobody fetched the oldest: alice has a notice of it.
  await store.expire(NOW - 30 * DAY, NOW, 100)
}

async function upload(store: Store, { account: owner }: Account): Promise<void> {
  const blob = { owner, size: 9, isOwn: false, life: DAY, unfinishedUntil: NOW + DAY }
  for (const number of [1, 2, 3, 4]) await store.beginBlob({ ...blob, hash: hashOf(number), isOwn: number === 4 })
  await store.advanceBlob({ hash: hashOf(1), owner, from: 0, upto: 9, now: NOW, unfinishedUntil: NOW })
  await store.advanceBlob({ hash: hashOf(2), owner, from: 0, upto: 5, now: NOW, unfinishedUntil: NOW + DAY })
  await store.endBlob(hashOf(3), owner)
  await store.releaseBlobs(NOW, NOW - 1, 10)
}

const each = async <T>(names: readonly string[], ask: (name: string) => Promise<T>): Promise<readonly T[]> => {
  const answers: T[] = []
  for (const name of names) answers.push(await ask(name))
  return answers
}

/** Everything that a store tells, asked through its contract; the numbers of mailboxes are its own affair. */
const PARTS: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  accounts: (store) => each(NAMES, (name) => store.findAccount(name)),
  list: (store) => store.listAccounts('', 100),
  sessions: (store) =>
    each(NAMES, async (name) =>
      (await store.listSessions((await named(store, name)).account, NOW)).map(({ device, ...session }) => ({
        ...session,
        of: device?.deviceId,
      })),
    ),
  devices: (store) =>
    each(NAMES, async (name) =>
      (await store.listDevices((await named(store, name)).account)).map((device) => ({ ...device, mailbox: 0 })),
    ),
  mailboxes: (store) =>
    each(NAMES, async (name) =>
      each(await mailboxesOf(store, name), (mailbox) => store.read(Number(mailbox), 0, EVERYTHING)),
    ),
  known: (store) =>
    each(['alice', 'bob'], async (name) =>
      (await store.known((await named(store, name)).account)).map(({ line, rows, oldest, newest }) => ({
        line,
        rows,
        oldest,
        newest,
      })),
    ),
  duplicates: async (store) => {
    const [alice, bob] = [await named(store, 'alice'), await named(store, 'bob')]
    return [
      await store.append(message(bob, 'alice', { number: 3, text: `${HARD} 3` })),
      await store.append(message(alice, 'bob', { number: 1, now: NOW - 40 * DAY })),
      await store.append(message(bob, 'alice', { number: 4, text: 'another' })),
    ]
  },
  group: async (store) =>
    store.append({ ...message(await named(store, 'bob'), 'carol', { number: 70 }), group: GROUP }),
  'key packages': async (store) => store.countKeyPackages((await named(store, 'alice')).account, 'phone'),
  push: async (store) => store.findPush((await named(store, 'alice')).account, 'phone'),
  blobs: (store) => each(['1', '2', '3', '4'], (number) => store.findBlob(hashOf(Number(number)))),
  invites: (store) => store.listInvites(NOW),
  secret: (store) => store.secret('proof of work', hashOf(1)),
}

async function mailboxesOf(store: Store, name: string): Promise<string[]> {
  const { account } = await named(store, name)
  const plain = await store.plainMailbox(account)
  const sessions = await store.listSessions(account, NOW)
  const devices = (await store.listDevices(account)).map(({ mailbox }) => mailbox)
  return [
    ...(plain === null ? [] : [plain]),
    ...devices,
    ...sessions.flatMap(({ device }) => device?.mailbox ?? []),
  ].map(String)
}

async function picture(store: Store): Promise<Readonly<Record<string, unknown>>> {
  const parts: Record<string, unknown> = {}
  for (const [name, ask] of Object.entries(PARTS)) parts[name] = await ask(store)
  return parts
}

await withPostgres('migrate-store', (server) => {
  let data = ''
  let before: Readonly<Record<string, unknown>> = {}
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'chatnip-migrate-'))
    const store = await openSqliteStore({ file: databaseFile(data) })
    await live(store)
    before = await picture(store)
    await store.close()
  }, 60_000)
  afterAll(() => rmSync(data, { recursive: true }))

  const into = (url: string) => admin(data, 'migrate-store', { env: { DATABASE_URL: url } })
  const client = (url: string) => openClient(settingsOf({ url }), { connections: 1, patience: null }).sql

  describe('everything is there, and goes on', () => {
    test('as it was, asked through the contract; what is changed in any table is noticed', async () => {
      const url = await server.newDatabase()
      const moved = await adminJson(data, 'migrate-store', { env: { DATABASE_URL: url } })
      expect(moved).toMatchObject({
        moved: { accounts: 5, devices: 3, dedup: 9, blobs: 4, push_subscriptions: 1, shared_texts: 1 },
      })
      const store = await openPostgresStore({ url })
      expect(await picture(store)).toEqual(before)
      const sql = client(url)
      for (const [part, statement] of CHANGES) {
        await sql.unsafe(statement)
        expect([part, await PARTS[part]?.(store)]).not.toEqual([part, before[part]])
      }
      await sql.end()
      await store.close()
    }, 60_000)

    test('with numbers that are new, the next places, and texts that go when the last has them', async () => {
      const url = await server.newDatabase()
      expect(await into(url)).toMatchObject({ code: 0 })
      const store = await openPostgresStore({ url })
      const [alice, bob] = [await named(store, 'alice'), await named(store, 'bob')]
      const last = (await store.listAccounts('', 100)).length
      expect((await signUp(store, 'frank')).account).toBeGreaterThan(last + 1)
      const [box = ''] = await mailboxesOf(store, 'bob')
      const seqs = async () => (await store.read(Number(box), 0, EVERYTHING)).map(({ seq }) => seq)
      const had = await seqs()
      await store.append(message(alice, 'bob', { number: 80 }))
      expect(await seqs()).toEqual([...had, (had.at(-1) ?? 0) + 1])
      const packages = await store.claimKeyPackages({
        username: 'alice',
        askedBy: 'tablet',
        lastResortsOnly: false,
        now: NOW,
      })
      expect(packages).toEqual([{ deviceId: 'phone', keyPackage: HARD, isLastResort: false }])
      const given = await store.releaseBlobs(NOW + 1_000, NOW, 10)
      expect(given.map(({ hash }) => hash)).toEqual([hashOf(3)])
      await addDevice(store, bob, 'new one')
      for (const name of NAMES)
        for (const mailbox of await mailboxesOf(store, name)) await store.acknowledge(Number(mailbox), 1_000)
      const sql = client(url)
      for (const table of ['messages', 'entries', 'shared_texts'])
        expect([table, await sql.unsafe(`SELECT 1 FROM ${table}`)]).toEqual([table, []])
      await sql.end()
      expect(await store.deleteAccount(alice.account)).toBe(true)
      expect(await waiting(store, await plainMailbox(store, await named(store, 'erin')))).toEqual([])
      await store.close()
    }, 60_000)
  })

  describe('nothing is moved', () => {
    test('while a server runs, without a target, onto something, or beside a node; and the folder stays as it was', async () => {
      const url = await server.newDatabase()
      const running = await openSqliteStore({ file: databaseFile(data) })
      expect((await into(url)).errors).toEqual([expect.stringContaining('A server is using the database')])
      await running.close()
      expect((await admin(data, 'migrate-store')).errors).toEqual([expect.stringContaining('DATABASE_URL must name')])
      const node = await openPostgresStore({ url })
      expect((await into(url)).errors).toEqual([expect.stringContaining('A node, or an admin command, is using')])
      await node.createInvite({ hash: hashOf(1), handle: 'aaaa', createdAt: NOW, expiresAt: NOW, usesLeft: 1 })
      await node.close()
      expect((await into(url)).errors).toEqual([expect.stringContaining('is not empty (invites)')])
      const store = await openSqliteStore({ file: databaseFile(data) })
      expect(await picture(store)).toEqual(before)
      await store.close()
    }, 60_000)

    test('when it is interrupted, and then it begins again', async () => {
      const url = await server.newDatabase()
      await (await openPostgresStore({ url })).close()
      const sql = client(url)
      await sql.unsafe(`CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
        CREATE TRIGGER stuck BEFORE INSERT ON dedup FOR EACH ROW EXECUTE FUNCTION stuck()`)
      expect((await into(url)).code).toBe(1)
      for (const { table } of MOVES.filter(({ all }) => all !== null && all !== 'secrets'))
        expect([table, await sql.unsafe(`SELECT 1 FROM ${table}`)]).toEqual([table, []])
      await sql.unsafe('DROP TRIGGER stuck ON dedup')
      await sql.end()
      expect((await into(url)).code).toBe(0)
    }, 60_000)

    test('but a failure after all was moved is none', async () => {
      const url = await server.newDatabase()
      await (await openPostgresStore({ url })).close()
      const sql = client(url)
      await sql.unsafe(`CREATE FUNCTION uncountable(bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
          IF current_query() = 'ANALYZE' THEN RAISE EXCEPTION 'uncountable'; END IF; RETURN $1; END $$;
        CREATE INDEX uncountable ON accounts (uncountable(account))`)
      // Who is connected is taken for a node.
      await sql.end()
      expect(await into(url)).toMatchObject({ code: 0, errors: [] })
      const after = client(url)
      await expect(after.unsafe('ANALYZE')).rejects.toThrow('uncountable')
      await after.end()
    }, 60_000)

    test('of a database that a newer, or an older, Chatnip left, or a copy that was just put back', async () => {
      const url = await server.newDatabase()
      const other = mkdtempSync(join(tmpdir(), 'chatnip-migrate-'))
      const source = await openSqliteStore({ file: databaseFile(data) })
      await source.backup(databaseFile(other))
      await source.close()
      const at = () => admin(other, 'migrate-store', { env: { DATABASE_URL: url } })
      expect((await at()).errors).toEqual([expect.stringContaining('a backup that was just put back')])
      const db = new DatabaseSync(databaseFile(other))
      db.exec('PRAGMA user_version = 1')
      expect((await at()).errors).toEqual([expect.stringContaining('Start this server on it once')])
      db.exec('PRAGMA user_version = 1000')
      expect((await at()).errors).toEqual([expect.stringContaining('of a newer Chatnip')])
      db.close()
      rmSync(other, { recursive: true })
    }, 60_000)
  })

  test('every table and column of both databases has its place', async () => {
    const url = await server.newDatabase()
    await (await openPostgresStore({ url })).close()
    const sql = client(url)
    const columns =
      await sql.unsafe(`SELECT c.relname AS table, a.attname AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped`)
    await sql.end()
    const moved = new Set(
      MOVES.flatMap(({ table, columns: list }) => list.split(', ').map((column) => `${table}.${column}`)),
    )
    const left = columns
      .map((row) => `${String(row['table'])}.${String(row['column'])}`)
      .filter((name) => !moved.has(name))
    // Counted again when it is wanted, and what tells how old the tables are.
    expect(left.filter((name) => !/^(?:tallies|migrations)\.|^mailboxes\.tallied$/.test(name))).toEqual([])
    const db = new DatabaseSync(databaseFile(data), { readOnly: true })
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
      .all()
    const named = db
      .prepare(
        "SELECT s.name || '.' || c.name AS name FROM sqlite_schema s, pragma_table_info(s.name) c WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
      )
      .all()
    db.close()
    const sources = new Set(MOVES.map(({ all }) => all ?? 'counters'))
    // The index of the ids is made from them.
    expect(tables.map(({ name }) => String(name)).filter((name) => !sources.has(name))).toEqual(['dedup_index'])
    const queries = MOVES.map(({ query }) => query).join(' ')
    const unread = named
      .map(({ name }) => String(name).split('.'))
      .filter(([table = '', column = '']) => table !== 'dedup_index' && !new RegExp(`\\b${column}\\b`).test(queries))
    expect(unread).toEqual([])
  })
})

/** One change in each table, and the part in which it must be noticed. */
const CHANGES: readonly (readonly [part: string, statement: string])[] = [
  ['accounts', "UPDATE accounts SET recovery_wrapped = 'x' WHERE name = 'erin'"],
  ['list', "UPDATE accounts SET created_at = 0 WHERE name = 'bob'"],
  ['sessions', 'UPDATE sessions SET used_at = used_at + 1'],
  ['devices', "UPDATE devices SET last_seen = '2000-01-01'"],
  ['mailboxes', 'UPDATE entries SET seq = seq + 100'],
  ['duplicates', 'UPDATE dedup SET after = after + 1'],
  ['group', 'UPDATE group_epochs SET epoch = epoch - 1'],
  ['key packages', "DELETE FROM key_packages WHERE body = 'three'"],
  ['push', "UPDATE push_subscriptions SET endpoint = 'https://push.example.org/2'"],
  ['blobs', 'UPDATE blobs SET uploaded = 0'],
  ['invites', 'UPDATE invites SET uses_left = 1'],
  ['secret', "UPDATE secrets SET value = 'x'"],
  ['known', 'DELETE FROM sessions'],
]
