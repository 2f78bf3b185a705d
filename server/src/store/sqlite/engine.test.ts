import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test, vi } from 'vitest'
import { hashOf, message, messageForAll, newAccount, NOW } from '../contract/world.ts'
import type { Account } from '../store.ts'
import type { Call, Outcome } from './calls.ts'
import { dumpSchema, openDatabase } from './database.ts'
import { Engine } from './engine.ts'
import { threadOptions } from './options.ts'
import { inFolder } from './testing.ts'

const alice: Account = {
  account: 1,
  username: 'alice',
  passwordHash: '',
  publicKey: '',
  wrappedByPassword: null,
  recovery: null,
  freshStart: null,
  avatar: null,
  disabled: false,
  createdAt: NOW,
}

const send = (number: number, to = 'bob'): Call => ({ name: 'append', args: [message(alice, to, { number })] })
const readBob: Call = { name: 'read', args: [2, 0, { count: 100, bytes: 1_000_000 }] }

const results = (outcomes: readonly Outcome[]): unknown[] =>
  outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.failure.code))

const placesIn = (outcomes: readonly Outcome[]): unknown[] =>
  results(outcomes).map((value) =>
    typeof value === 'object' && value !== null && 'entries' in value && Array.isArray(value.entries)
      ? value.entries.map((entry: { seq: number }) => entry.seq).join()
      : value,
  )

/** An SQLite error as node:sqlite throws it. */
const sqliteError = (errcode: number): Error => Object.assign(new Error('made up'), { errcode })

async function withEngine(work: (engine: Engine, fail: (error: Error) => void) => void): Promise<void> {
  await inFolder(async (folder) => {
    let failure: Error | null = null
    const engine = new Engine(threadOptions({ file: join(folder, 'chatnip.db') }), {
      beforeCommit: () => {
        const error = failure
        failure = null
        if (error !== null) throw error
      },
    })
    engine.run(['alice', 'bob'].map((name) => ({ name: 'createAccount', args: [newAccount(name)] })))
    work(engine, (error) => {
      failure = error
    })
    engine.close()
    return Promise.resolve()
  })
}

describe('a commit that fails', () => {
  test('with an I/O error acknowledges nothing, opens the database afresh, and goes on with the right numbers', () =>
    withEngine((engine, fail) => {
      engine.run([send(1)])
      fail(sqliteError(10 | (4 << 8)))
      expect(results(engine.run([send(2), readBob, send(3)]))).toEqual(['unavailable', 'unavailable', 'unavailable'])
      expect(placesIn(engine.run([send(3), send(2), send(1)]))).toEqual(['2', '3', ''])
      expect(results(engine.run([readBob]))[0]).toHaveLength(3)
    }))

  test('for another reason is undone and its calls run one by one', () =>
    withEngine((engine, fail) => {
      fail(new Error('a mistake'))
      expect(placesIn(engine.run([send(1), send(2, 'nobody'), send(3)]))).toEqual([
        '1',
        { result: 'no_such_user', username: 'nobody' },
        '2',
      ])
    }))

  test('for want of room gives up the room kept back, for those who make room only, until the disk has some again', () =>
    inFolder(async (folder) => {
      vi.useFakeTimers({ toFake: ['performance'] })
      let fails = 0
      const beforeCommit = (): void => {
        fails -= 1
        if (fails >= 0) throw sqliteError(13)
      }
      const file = join(folder, 'chatnip.db')
      const engine = new Engine(threadOptions({ file }), { beforeCommit })
      engine.run(['alice', 'bob'].map((name) => ({ name: 'createAccount', args: [newAccount(name)] })))
      engine.run([send(1), send(2)])
      fails = 2
      expect(results(engine.run([{ name: 'acknowledge', args: [2, 1] }]))).toEqual([undefined])
      expect(existsSync(`${file}.reserve`)).toBe(false)
      const mixed = engine.run([send(3), { name: 'acknowledge', args: [2, 2] }, readBob])
      expect(results(mixed)).toEqual(['disk_full', undefined, []])
      vi.advanceTimersByTime(250)
      expect(placesIn(engine.run([send(3)]))).toEqual(['3'])
      expect(existsSync(`${file}.reserve`)).toBe(true)
      engine.close()
      vi.useRealTimers()
      return Promise.resolve()
    }))

  test('alone is told to its caller only, and leaves no trace', () =>
    withEngine((engine, fail) => {
      fail(sqliteError(13))
      expect(results(engine.run([send(1)]))).toEqual(['disk_full'])
      expect(placesIn(engine.run([send(1)]))).toEqual(['1'])
    }))
})

describe('what grows', () => {
  test('ids that are in the index already are known as well as new ones', () =>
    withEngine((engine) => {
      engine.run([send(1), send(2)])
      // Deleting any account brings the index up to date.
      engine.run([{ name: 'createAccount', args: [newAccount('carol')] }, send(3, 'carol')])
      engine.run([{ name: 'deleteAccount', args: [3] }, send(4)])
      expect(placesIn(engine.run([send(1), send(4), send(5)]))).toEqual(['', '', '4'])
      expect(results(engine.run([send(1, 'alice'), send(4, 'alice')]))).toEqual([
        { result: 'id_reused' },
        { result: 'id_reused' },
      ])
    }))

  test('no statement for messages, entries or ids walks a whole table', () =>
    withEngine((engine) => {
      const session = { hash: hashOf(1), account: 2, now: NOW, expiresAt: NOW + 1_000 }
      const device = (deviceId: string) => ({ ...session, device: { deviceId, name: 'x', isNew: true } })
      engine.run([
        { name: 'createSession', args: [device('one')] },
        { name: 'createSession', args: [{ ...device('two'), hash: hashOf(2) }] },
      ])
      engine.run([send(1), send(1), send(2), { name: 'acknowledge', args: [2, 1] }, readBob])
      engine.run([
        { name: 'expire', args: [NOW + 1, NOW + 2, 10] },
        { name: 'take', args: [1, { count: 9, bytes: 9 }] },
      ])
      engine.run([
        { name: 'findSession', args: [hashOf(1), NOW] },
        { name: 'touchSession', args: [hashOf(1), NOW, NOW] },
      ])
      engine.run([
        { name: 'removeDevice', args: [2, 'two'] },
        { name: 'sweep', args: [NOW, 10] },
      ])
      engine.run([{ name: 'arrivals', args: [0] }])
      const packages = { fresh: ['one', 'two'], lastResort: 'last' }
      const claim = { username: 'bob', askedBy: 'x', lastResortsOnly: false, now: NOW }
      engine.run([
        { name: 'addKeyPackages', args: [2, 'one', packages] },
        { name: 'claimKeyPackages', args: [claim] },
        { name: 'countKeyPackages', args: [2, 'one'] },
        { name: 'changeAccount', args: [2, { publicKey: 'another' }] },
        { name: 'sweep', args: [NOW, 10] },
      ])
      const commit = { group: { id: 'a group', epoch: 1, commit: true as const }, expiresIn: 60 }
      engine.run([
        { name: 'append', args: [messageForAll(alice, ['alice', 'bob'], { number: 4, text: 'x', ...commit })] },
        { name: 'acknowledge', args: [1, 1_000] },
        { name: 'dropEnded', args: [NOW + 60_000, 10] },
      ])
      const blob = { hash: hashOf(5), owner: 2, size: 9, isOwn: false, life: 1, unfinishedUntil: NOW }
      const part = { hash: hashOf(5), owner: 2, from: 0, upto: 9, now: NOW, unfinishedUntil: NOW }
      engine.run([
        { name: 'beginBlob', args: [blob] },
        { name: 'advanceBlob', args: [part] },
        { name: 'endBlob', args: [hashOf(5), 2] },
        { name: 'releaseBlobs', args: [NOW, NOW, 10] },
        { name: 'forgetBlobs', args: [[hashOf(5)]] },
      ])
      engine.run([send(3), { name: 'deleteAccount', args: [1] }])
      const statements = engine.statements().filter((text) => !/^(PRAGMA|BEGIN|COMMIT)/.test(text))
      expect(statements.length).toBeGreaterThan(30)
      const plans = plansOf(statements)
      const scans = plans.filter(({ detail }) => /^SCAN (?!CONSTANT|invites)/.test(detail))
      // Walking messages from the low end with a LIMIT is how the oldest are found; by its key, so it is a SEARCH.
      expect(scans).toEqual([])
      // The check can fail: this one does walk.
      expect(plansOf(['SELECT * FROM messages WHERE sender = 5'])[0]?.detail).toMatch(/^SCAN messages/)
    }))
})

function plansOf(statements: readonly string[]): { statement: string; detail: string }[] {
  const db = new DatabaseSync(':memory:')
  db.exec(readFileSync(new URL('./schema.sql', import.meta.url), 'utf8'))
  const plans = statements.flatMap((statement) =>
    db
      .prepare(`EXPLAIN QUERY PLAN ${statement}`)
      .all()
      .map((row) => ({ statement, detail: String(row['detail']) })),
  )
  db.close()
  return plans
}

const MIGRATIONS = new URL('./migrations/', import.meta.url)
/** Two accounts, a device, and a message that waits for it. */
const WRITTEN_BY_THE_FIRST = `
  INSERT INTO accounts (account, username, password_hash, public_key, created_at) VALUES (1, 'alice', '', '', 0), (2, 'bob', '', '', 0);
  INSERT INTO mailboxes (mailbox, account, last_seq, messages, bytes) VALUES (1, 1, 0, 0, 0), (2, 2, 1, 1, 11);
  INSERT INTO devices (device, device_id, account, mailbox, name, created_at, last_seen) VALUES (1, 'phone', 2, 2, 'x', 0, '2026-11-01');
  INSERT INTO messages (message, kind, sender, addressee, holders, fetched, accepted_at, id, timestamp, body)
    VALUES (1, 0, 1, 2, 1, 0, 5, x'00000000000040008000000000000001', 7.5, 'from before');
  INSERT INTO entries (place, message, sender, bytes, holders) VALUES (2 << 32 | 1, 1, 1, 11, 1);
  INSERT INTO dedup VALUES (1, 1, x'00000000000040008000000000000001', x'00', 0, 1, 1);
  UPDATE counters SET value = 1 WHERE name = 'message';`

describe('the schema', () => {
  test('is the one in schema.sql (UPDATE=1 writes it anew)', () =>
    inFolder((folder) => {
      const database = openDatabase({ file: join(folder, 'x.db'), role: 'server', busyMilliseconds: 0, maxPages: null })
      const dump = dumpSchema(database)
      database.close()
      const file = new URL('./schema.sql', import.meta.url)
      if (process.env['UPDATE'] === '1') writeFileSync(file, dump)
      expect(dump).toBe(readFileSync(file, 'utf8'))
      return Promise.resolve()
    }))

  test('of every earlier version is brought up to date, with what lies in it', () =>
    inFolder((folder) => {
      const [first = '', ...later] = readdirSync(MIGRATIONS).toSorted()
      for (let version = 1; version <= later.length; version += 1) {
        const file = join(folder, `${version}.db`)
        const older = new DatabaseSync(file)
        for (const name of [first, ...later].slice(0, version))
          older.exec(readFileSync(new URL(name, MIGRATIONS), 'utf8'))
        older.exec(`${WRITTEN_BY_THE_FIRST} PRAGMA user_version = ${version};`)
        older.close()
        const engine = new Engine(threadOptions({ file }))
        const before = engine.run([readBob])
        expect(before).toMatchObject([{ value: [{ seq: 1, peer: 'alice', text: 'from before' }] }])
        const packages = { fresh: ['a key package'], lastResort: 'a last resort' }
        const group = { id: 'a group', epoch: 0, commit: true as const }
        const shared = messageForAll(alice, ['bob', 'alice'], { number: 2, text: 'to all', group, expiresIn: 60 })
        const after = engine.run([
          { name: 'addKeyPackages', args: [2, 'phone', packages] },
          { name: 'append', args: [shared] },
          { name: 'acknowledge', args: [2, 1] },
          readBob,
          { name: 'deleteAccount', args: [1] },
          readBob,
        ])
        expect(after).toMatchObject([
          { value: { count: 1, hasLastResort: true } },
          { value: { result: 'accepted' } },
          { ok: true },
          { value: [{ seq: 2, text: 'to all' }] },
          { value: true },
          { value: [] },
        ])
        engine.close()
      }
      expect(later.length).toBeGreaterThan(0)
      return Promise.resolve()
    }))
})
