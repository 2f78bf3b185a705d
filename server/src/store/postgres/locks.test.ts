import { expect, test } from 'vitest'
import { addDevice, DAY, EVERYTHING, messageForAll, message, NOW, plainMailbox, signUp } from '../contract/world.ts'
import { openClient } from './database.ts'
import { settingsOf } from './options.ts'
import { openPostgresStore } from './postgres.ts'
import { withPostgres } from './suite.ts'

/** The order in which rows are locked, as the first migration has it, of tables in which a change is the first lock. */
const ORDER = ['devices', 'sessions', 'messages', 'shared_texts']

/** Notes each row that is changed: with its transaction, and in turn. */
const WATCH = `CREATE TABLE watched (turn bigint GENERATED ALWAYS AS IDENTITY, xact bigint, what text);
  CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO watched (xact, what) VALUES (pg_current_xact_id()::text::bigint, TG_ARGV[0]);
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END $$;
  ${ORDER.map((table) => `CREATE TRIGGER watch BEFORE UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION watch('${table}');`).join('\n')}`

await withPostgres('locks', (server) => {
  test('are taken in one order, whatever is done', async () => {
    const url = await server.newDatabase()
    const store = await openPostgresStore({ url })
    const { sql } = openClient(settingsOf({ url }), { connections: 1, patience: null })
    await sql.unsafe(WATCH)
    const [alice, bob, carol] = [await signUp(store, 'alice'), await signUp(store, 'bob'), await signUp(store, 'carol')]
    let number = 0
    const toBoth = (more: { expiresIn?: number; now?: number } = {}) =>
      store.append(messageForAll(alice, ['bob', 'carol'], { number: (number += 1), text: 'for both', ...more }))
    for (const now of [1, 2, 3]) await toBoth({ now })
    for (let n = 0; n < 3; n += 1) await toBoth({ expiresIn: 1 })
    await store.expire(NOW, NOW, 100)
    await store.dropEnded(NOW + DAY, 100)
    for (let n = 0; n < 3; n += 1) await toBoth()
    await store.take(await plainMailbox(store, carol), EVERYTHING)
    const { hash } = await addDevice(store, bob, 'phone')
    await store.touchSession(hash, NOW + 2 * DAY, NOW + 30 * DAY)
    await addDevice(store, bob, 'laptop')
    await store.removeDevice(bob.account, 'phone')
    for (let n = 0; n < 3; n += 1) await toBoth()
    await store.append(message(bob, 'alice', { number: 1 }))
    for (const { account } of [alice, bob]) await store.deleteAccount(account)

    const rows = await sql.unsafe('SELECT xact, what FROM watched ORDER BY turn')
    const transactions = Map.groupBy(rows, (row) => row['xact'])
    const seen = [...transactions.values()].map((one) => one.map((row) => ORDER.indexOf(String(row['what']))))
    for (const steps of seen) expect(steps).toEqual(steps.toSorted((a, b) => a - b))
    // It has looked at something: several kinds in one transaction.
    expect(seen.filter((steps) => new Set(steps).size > 1).length).toBeGreaterThan(4)
    await store.close()
    await sql.end()
  })
})
