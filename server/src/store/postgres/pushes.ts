import { ChatnipError } from '@chatnip/protocol'
import type { AccountNumber, PushStore } from '../store.ts'
import type { Context } from './context.ts'
import type { Ask } from './database.ts'
import { codeOf } from './failures.ts'
import { toNumber, toText } from './rows.ts'
import { plainArray } from './text.ts'

/** Locked, so that it does not go while it gets an address. */
async function deviceOf(ask: Ask, account: AccountNumber, deviceId: string): Promise<number | null> {
  const [row] = await ask('SELECT device FROM devices WHERE device_id = $1 AND account = $2 FOR SHARE', [
    deviceId,
    account,
  ])
  return row === undefined ? null : toNumber(row['device'])
}

/** The same address again changes nothing: what was pushed for stays noted. */
const SET = `INSERT INTO push_subscriptions (device, endpoint, created_at) VALUES ($1, $2, $3)
  ON CONFLICT (device) DO UPDATE SET endpoint = $2, created_at = $3 WHERE push_subscriptions.endpoint <> $2`

async function set(ask: Ask, device: number, push: { endpoint: string; now: number } | null): Promise<void> {
  if (push === null) {
    await ask('DELETE FROM push_subscriptions WHERE device = $1', [device])
    return
  }
  await ask('DELETE FROM push_subscriptions WHERE endpoint = $1 AND device <> $2', [push.endpoint, device])
  await ask(SET, [device, push.endpoint, push.now])
}

/** In the order of the devices, so that two nodes that want the same ones wait for each other in that order; what waits sees what the other did. */
const WAITING = `SELECT u.mailbox, u.seq, p.device, p.endpoint, p.pushed_at
  FROM unnest($1::bigint[], $2::bigint[]) AS u (mailbox, seq)
  JOIN devices d ON d.mailbox = u.mailbox JOIN push_subscriptions p ON p.device = d.device
  WHERE p.pushed_seq < u.seq
  AND EXISTS (SELECT 1 FROM entries e WHERE e.account = u.mailbox >> 16 AND e.mailbox = u.mailbox AND e.seq = u.seq)
  AND EXISTS (SELECT 1 FROM sessions s WHERE s.device = d.device AND s.expires_at > $3)
  ORDER BY p.device FOR UPDATE OF p`

const PUSHED = `UPDATE push_subscriptions p SET pushed_at = $1, pushed_seq = u.seq
  FROM unnest($2::bigint[], $3::bigint[]) AS u (device, seq) WHERE p.device = u.device`

async function claim(
  ask: Ask,
  unfetched: Parameters<PushStore['claimPushes']>[0],
  { now, quietMs }: Parameters<PushStore['claimPushes']>[1],
): ReturnType<PushStore['claimPushes']> {
  const asked = [plainArray(unfetched.map(({ mailbox }) => mailbox)), plainArray(unfetched.map(({ seq }) => seq))]
  const rows = (await ask(WAITING, [...asked, now])).map((row) => ({
    mailbox: toNumber(row['mailbox']),
    seq: toNumber(row['seq']),
    device: toNumber(row['device']),
    endpoint: toText(row['endpoint']),
    since: now - toNumber(row['pushed_at']),
  }))
  // Less than nothing: it was last pushed for by a clock that was wrong.
  const due = rows.filter(({ since }) => since >= quietMs || since < 0)
  if (due.length > 0)
    await ask(PUSHED, [now, plainArray(due.map(({ device }) => device)), plainArray(due.map(({ seq }) => seq))])
  return {
    due: due.map(({ mailbox, seq, endpoint }) => ({ mailbox, seq, endpoint })),
    later: rows.filter((row) => !due.includes(row)).map(({ mailbox, seq }) => ({ mailbox, seq })),
  }
}

/** unique_violation: two devices took one address at the same moment. */
const isTaken = (error: unknown): boolean => error instanceof ChatnipError && codeOf(error.cause) === '23505'

/** When another device came first, the next try sees what it did, and takes the address from it. */
const tryTwice = <T>(work: () => Promise<T>): Promise<T> =>
  work().catch((error: unknown) => (isTaken(error) ? work() : Promise.reject(error)))

export const pushStore = ({ db }: Context): PushStore => ({
  setPush: (account, deviceId, push) =>
    tryTwice(() =>
      db.together(async (ask) => {
        const device = await deviceOf(ask, account, deviceId)
        if (device !== null) await set(ask, device, push)
        return device !== null
      }),
    ),
  findPush: async (account, deviceId) => {
    const [row] = await db.ask(
      `SELECT p.endpoint FROM devices d JOIN push_subscriptions p ON p.device = d.device
       WHERE d.device_id = $1 AND d.account = $2`,
      [deviceId, account],
    )
    return row === undefined ? null : toText(row['endpoint'])
  },
  claimPushes: async (unfetched, times) =>
    unfetched.length === 0 ? { due: [], later: [] } : db.together((ask) => claim(ask, unfetched, times)),
  dropPush: async (endpoint) => {
    await db.ask('DELETE FROM push_subscriptions WHERE endpoint = $1', [endpoint])
  },
})
