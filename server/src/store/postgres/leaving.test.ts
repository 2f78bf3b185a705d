import { afterEach, beforeEach, expect, test } from 'vitest'
import { ChatnipError } from '@chatnip/protocol'
import {
  addDevice,
  EVERYTHING,
  hashOf,
  message,
  messageForAll,
  plainMailbox,
  signUp,
  waiting,
} from '../contract/world.ts'
import type { Account, Store } from '../store.ts'
import { openClient } from './database.ts'
import type { Client } from './database.ts'
import { settingsOf } from './options.ts'
import { openPostgresStore } from './postgres.ts'
import { withPostgres } from './suite.ts'

/** The most rows that one statement may delete, a little more than it should. */
const MOST = 2_500

/** Refuses statements that delete more than so many rows at once: whoever wants to lies in wait of nobody's clock. */
const BOUND = `CREATE FUNCTION bound() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF (SELECT count(*) FROM gone) > ${MOST} THEN RAISE EXCEPTION '% rows of % at once', (SELECT count(*) FROM gone), TG_TABLE_NAME; END IF;
    RETURN NULL;
  END $$;
  ${['entries', 'messages', 'dedup'].map((table) => `CREATE TRIGGER bound AFTER DELETE ON ${table} REFERENCING OLD TABLE AS gone EXECUTE FUNCTION bound();`).join('\n')}`

/** An account that goes and has sent something gets stuck in the middle. */
const STUCK = `CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stuck'; END $$;
  CREATE TRIGGER stuck BEFORE DELETE ON dedup FOR EACH ROW EXECUTE FUNCTION stuck()`

await withPostgres('an account that goes', (server) => {
  let store: Store
  let sql: Client
  let alice: Account
  let bob: Account
  let carol: Account
  beforeEach(async () => {
    const url = await server.newDatabase()
    store = await openPostgresStore({ url })
    sql = openClient(settingsOf({ url }), { connections: 1, patience: null }).sql
    alice = await signUp(store, 'alice')
    bob = await signUp(store, 'bob')
    carol = await signUp(store, 'carol')
  })
  afterEach(async () => {
    await store.close()
    await sql.end()
  })
  let sent = 0
  const send = (from: Account, to: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => store.append(message(from, to, { number: (sent += 1) }))))
  const rows = async (): Promise<Record<string, number>> =>
    Object.fromEntries((await store.stats()).tables.map(({ table, rows: count }) => [table, count]))

  test('takes along however much it sent and received, a bounded number of rows at a time', async () => {
    await send(alice, 'bob', 2 * MOST)
    await send(carol, 'alice', MOST + 1_000)
    await send(carol, 'bob', 3)
    await store.append(messageForAll(alice, ['bob', 'carol'], { number: 90_000, text: 'the same for both' }))
    await sql.unsafe(BOUND)
    await expect(sql.unsafe('DELETE FROM dedup WHERE account = $1', [alice.account])).rejects.toThrow('rows of dedup')
    expect(await store.deleteAccount(alice.account)).toBe(true)
    // What a slow machine had no time for.
    await store.sweep(0, 10)
    expect(await waiting(store, await plainMailbox(store, bob))).toHaveLength(3)
    expect(await waiting(store, await plainMailbox(store, carol))).toEqual([])
    expect(await rows()).toMatchObject({ accounts: 2, mailboxes: 2, entries: 3, messages: 3, shared_texts: 0 })
    expect((await sql.unsafe('SELECT 1 FROM dedup WHERE account = $1', [alice.account])).length).toBe(0)
    expect(await store.deleteAccount(alice.account)).toBe(false)
  }, 60_000)

  test('takes along what it sent under the least of all ids', async () => {
    const least = '00000000-0000-0000-0000-000000000000'
    await store.append({ ...message(alice, 'bob', { number: 1 }), id: least })
    expect(await waiting(store, await plainMailbox(store, bob))).toHaveLength(1)
    expect(await store.deleteAccount(alice.account)).toBe(true)
    expect(await waiting(store, await plainMailbox(store, bob))).toEqual([])
    expect(await rows()).toMatchObject({ accounts: 2, entries: 0, messages: 0 })
  })

  test('is gone for everybody at once, its name free; a sweep finishes what was begun', async () => {
    const { hash } = await addDevice(store, alice, 'phone')
    await send(alice, 'bob', 5)
    await send(bob, 'alice', 5)
    const blob = { owner: alice.account, size: 1, isOwn: false, life: 1, unfinishedUntil: 1 }
    await store.beginBlob({ hash: hashOf(7), ...blob })
    await sql.unsafe(STUCK)
    // Nobody could ask again for what is gone: that is no failure.
    expect(await store.deleteAccount(alice.account)).toBe(true)
    expect(await store.findBlob(hashOf(7))).toBeNull()
    expect([await store.findAccount('alice'), await store.getAccount(alice.account)]).toEqual([null, null])
    expect(await store.findSession(hash, 0)).toBeNull()
    expect(await store.changeAccount(alice.account, { disabled: false })).toBe(false)
    const session = { hash, account: alice.account, now: 0, expiresAt: 1, device: null }
    expect(await store.createSession(session)).toBe('no_such_account')
    expect(await store.append(message(bob, 'alice', { number: 80 }))).toMatchObject({ result: 'no_such_user' })
    expect((await store.listAccounts('', 10)).map(({ username }) => username)).toEqual(['bob', 'carol'])
    const anew = await signUp(store, 'Alice')
    await store.append(message(bob, 'alice', { number: 81 }))
    // Another one whose node died in between; the one that is stuck keeps nobody else.
    await sql.unsafe('UPDATE accounts SET name = NULL, disabled = true WHERE account = $1', [carol.account])
    await expect(store.sweep(0, 10)).rejects.toThrow(ChatnipError)
    expect(await rows()).toMatchObject({ accounts: 3 })
    await sql.unsafe('DROP TRIGGER stuck ON dedup')
    await store.sweep(0, 10)
    expect(await rows()).toMatchObject({ accounts: 2, mailboxes: 2, entries: 1, messages: 1 })
    expect(await store.read(await plainMailbox(store, anew), 0, EVERYTHING)).toHaveLength(1)
  })

  test('goes in its turn, however many before it are stuck', async () => {
    await sql.unsafe(STUCK)
    for (let number = 0; number < 10; number += 1) {
      const stuck = await signUp(store, `stuck${number}`)
      await send(stuck, 'bob', 1)
      await store.deleteAccount(stuck.account)
    }
    const last = await signUp(store, 'last')
    await sql.unsafe('UPDATE accounts SET name = NULL, disabled = true WHERE account = $1', [last.account])
    await expect(store.sweep(0, 10)).rejects.toThrow(ChatnipError)
    expect(await rows()).toMatchObject({ accounts: 14 })
    await store.sweep(0, 10)
    expect(await rows()).toMatchObject({ accounts: 13 })
    // And those that are stuck have their turn again.
    await expect(store.sweep(0, 10)).rejects.toThrow(ChatnipError)
  })
})
