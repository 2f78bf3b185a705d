import type { Handlers } from './calls.ts'
import type { Context } from './context.ts'
import { toBytes } from './rows.ts'

const DAY = 86_400_000

type UpkeepHandlers = Pick<Handlers, 'probe' | 'sweep' | 'secret'>

/** Every statement deletes a bounded number of rows, so that no commit becomes long. */
function sweep({ db, cache, limits, emptyLogSoon }: Context, now: number, batch: number): void {
  const forgetting = now - limits.retentionDays * DAY
  db.sql(
    'DELETE FROM sessions WHERE session IN (SELECT session FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)',
  ).run(now, batch)
  db.sql(
    'DELETE FROM proofs WHERE hash IN (SELECT hash FROM proofs WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)',
  ).run(now, batch)
  db.sql(
    `DELETE FROM key_packages WHERE number IN
     (SELECT number FROM key_packages WHERE claimed_at <= ? ORDER BY claimed_at LIMIT ?)`,
  ).run(forgetting, batch)
  cache.groups.sweep(forgetting, batch)
  db.sql('DELETE FROM invites WHERE expires_at <= ? OR uses_left = 0').run(now)
  emptyLogSoon()
}

export const upkeepHandlers = (context: Context): UpkeepHandlers => ({
  probe: () => {
    // A write that changes nothing still has to get the lock, room in the log and an fsync.
    context.db.sql("UPDATE counters SET value = value WHERE name = 'message'").run()
  },
  sweep: (now, batch) => {
    sweep(context, now, batch)
  },
  secret: (name, fresh) => {
    context.db.sql('INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING').run(name, fresh)
    return toBytes(context.db.sql('SELECT value FROM secrets WHERE name = ?').get(name)?.['value'])
  },
})
