import type { AccountNumber, PushStore, Unfetched } from '../store.ts'
import type { Handlers, Result } from './calls.ts'
import type { Context } from './context.ts'
import { toNumber, toText } from './rows.ts'
import type { Row } from './rows.ts'

type PushHandlers = Pick<Handlers, 'setPush' | 'findPush' | 'claimPushes' | 'dropPush'>

function deviceOf({ db }: Context, account: AccountNumber, deviceId: string): number | null {
  const row = db.sql('SELECT device FROM devices WHERE device_id = ? AND account = ?').get(deviceId, account)
  return row === undefined ? null : toNumber(row['device'])
}

/** The same address again changes nothing: what was pushed for stays noted. */
function set(context: Context, device: number, push: { endpoint: string; now: number } | null): void {
  const { db } = context
  if (push === null) {
    db.sql('DELETE FROM push_subscriptions WHERE device = ?').run(device)
    return
  }
  db.sql('DELETE FROM push_subscriptions WHERE endpoint = ? AND device <> ?').run(push.endpoint, device)
  db.sql(
    `INSERT INTO push_subscriptions (device, endpoint, created_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (device) DO UPDATE SET endpoint = ?2, created_at = ?3 WHERE endpoint <> ?2`,
  ).run(device, push.endpoint, push.now)
}

const WAITING = `SELECT p.device, p.endpoint, p.pushed_at FROM devices d CROSS JOIN push_subscriptions p ON p.device = d.device
  WHERE d.mailbox = ?1 AND p.pushed_seq < ?2
  AND EXISTS (SELECT 1 FROM entries WHERE place = (?1 << 32 | ?2))
  AND EXISTS (SELECT 1 FROM sessions s WHERE s.device = d.device AND s.expires_at > ?3)`

/** Had its rest, or was last pushed for by a clock that was wrong. */
const isRested = (row: Row, { now, quietMs }: { now: number; quietMs: number }): boolean => {
  const since = now - toNumber(row['pushed_at'])
  return since >= quietMs || since < 0
}

function claim(
  { db }: Context,
  unfetched: readonly Unfetched[],
  times: Parameters<PushStore['claimPushes']>[1],
): Result<'claimPushes'> {
  const due: (Unfetched & { endpoint: string })[] = []
  const later: Unfetched[] = []
  for (const one of unfetched) {
    const row = db.sql(WAITING).get(one.mailbox, one.seq, times.now)
    if (row === undefined) continue
    if (!isRested(row, times)) {
      later.push(one)
      continue
    }
    db.sql('UPDATE push_subscriptions SET pushed_at = ?, pushed_seq = ? WHERE device = ?').run(
      times.now,
      one.seq,
      toNumber(row['device']),
    )
    due.push({ ...one, endpoint: toText(row['endpoint']) })
  }
  return { due, later }
}

export const pushHandlers = (context: Context): PushHandlers => ({
  setPush: (account, deviceId, push) => {
    const device = deviceOf(context, account, deviceId)
    if (device !== null) set(context, device, push)
    return device !== null
  },
  findPush: (account, deviceId) => {
    const device = deviceOf(context, account, deviceId)
    const row = context.db.sql('SELECT endpoint FROM push_subscriptions WHERE device = ?').get(device)
    return row === undefined ? null : toText(row['endpoint'])
  },
  claimPushes: (unfetched, times) => claim(context, unfetched, times),
  dropPush: (endpoint) => {
    context.db.sql('DELETE FROM push_subscriptions WHERE endpoint = ?').run(endpoint)
  },
})
