import type { AccountNumber, NewSession, Session, SessionStore } from '../store.ts'
import { Refusal } from '../refusal.ts'
import { tellChange } from './changes.ts'
import type { Context } from './context.ts'
import type { Ask } from './database.ts'
import { addDevice, dayOf, deviceOf, lockAccount } from './devices.ts'
import { toBoolean, toBytes, toNumber, toText } from './rows.ts'
import type { Row } from './rows.ts'
import { toStored } from './text.ts'

type Sessions = Omit<SessionStore, 'listDevices' | 'removeDevice' | 'plainMailbox'>
type Begun = Awaited<ReturnType<SessionStore['createSession']>>

const SESSION = `SELECT s.hash, s.account, a.username, a.disabled, s.created_at AS begun_at, s.used_at, s.expires_at, s.device,
  d.device_id, d.mailbox, d.name, d.created_at, d.last_seen
  FROM sessions s JOIN accounts a ON a.account = s.account LEFT JOIN devices d ON d.device = s.device`

const sessionOf = (row: Row): Session => ({
  hash: toBytes(row['hash']),
  account: toNumber(row['account']),
  username: toText(row['username']),
  disabled: toBoolean(row['disabled']),
  device: row['device'] === null ? null : deviceOf(row),
  createdAt: toNumber(row['begun_at']),
  usedAt: toNumber(row['used_at']),
  expiresAt: toNumber(row['expires_at']),
})

/** The account's device of this id, as a row number; `foreign` when it is somebody else's. */
async function findDevice(ask: Ask, account: AccountNumber, deviceId: string): Promise<number | 'none' | 'foreign'> {
  const [row] = await ask('SELECT device, account FROM devices WHERE device_id = $1', [deviceId])
  if (row === undefined) return 'none'
  return row['account'] === account ? toNumber(row['device']) : 'foreign'
}

/** The device that the new session belongs to (null: a plain session), registered or signed in to again. */
async function deviceFor(context: Context, ask: Ask, session: NewSession): Promise<number | null | Begun> {
  const { account, device, now } = session
  if (device === null) return null
  const known = await findDevice(ask, account, device.deviceId)
  if (known === 'foreign' || (known === 'none' && !device.isNew)) return 'no_such_device'
  if (known === 'none') return addDevice(context, ask, { account, deviceId: device.deviceId, name: device.name, now })
  await ask('UPDATE devices SET name = $1, last_seen = $2 WHERE device = $3', [
    toStored(device.name),
    dayOf(now),
    known,
  ])
  await ask('DELETE FROM sessions WHERE device = $1', [known])
  return known
}

async function createSession(context: Context, ask: Ask, session: NewSession): Promise<Begun> {
  const owner = await lockAccount(ask, session.account)
  if (owner === null || (session.ifPasswordHash ?? owner['password_hash']) !== owner['password_hash'])
    return 'no_such_account'
  const device = await deviceFor(context, ask, session)
  if (typeof device === 'string') return device
  await ask(
    'INSERT INTO sessions (hash, account, device, created_at, used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)',
    [session.hash, session.account, device, session.now, session.now, session.expiresAt],
  )
  if (device === null) {
    await ask(
      `DELETE FROM sessions WHERE session IN (SELECT session FROM sessions WHERE account = $1 AND device IS NULL
       ORDER BY session DESC OFFSET $2)`,
      [session.account, context.limits.sessionsPerAccount],
    )
  }
  await tellChange(context, ask, session.account)
  return 'created'
}

// A session that has ended stays ended, whatever the clock says now.
const TOUCH = `UPDATE sessions SET used_at = $2, expires_at = CASE WHEN device IS NULL THEN $3 ELSE greatest(expires_at, $3) END
  WHERE hash = $1 AND expires_at > $2 RETURNING device, (SELECT d.last_seen FROM devices d WHERE d.device = sessions.device) AS last_seen`

/** Once a day a device too: in a transaction of its own, since whoever needs both locks takes the device's first. */
async function touch({ db }: Context, ...[hash, usedAt, expiresAt]: Parameters<SessionStore['touchSession']>) {
  const day = dayOf(usedAt)
  const [touched] = await db.ask(TOUCH, [hash, usedAt, expiresAt])
  if (touched === undefined || touched['last_seen'] === null || touched['last_seen'] === day) return
  await db.ask('UPDATE devices SET last_seen = $1 WHERE device = $2', [day, toNumber(touched['device'])])
}

async function registerDevice(
  context: Context,
  ask: Ask,
  [hash, { deviceId, name, now, expiresAt }]: Parameters<SessionStore['registerDevice']>,
): ReturnType<SessionStore['registerDevice']> {
  const [found] = await ask('SELECT account FROM sessions WHERE hash = $1', [hash])
  if (found === undefined) return 'not_plain'
  const account = toNumber(found['account'])
  await lockAccount(ask, account)
  // Only now, with the account to ourselves, does what is seen stay so.
  const [plain] = await ask('SELECT session FROM sessions WHERE hash = $1 AND device IS NULL AND expires_at > $2', [
    hash,
    now,
  ])
  if (plain === undefined) return 'not_plain'
  if ((await findDevice(ask, account, deviceId)) !== 'none')
    throw new Refusal('bad_request', 'There is a device with this id already.')
  const device = await addDevice(context, ask, { account, deviceId, name, now })
  if (device === 'too_many_devices') return device
  await ask('UPDATE sessions SET device = $1, used_at = $2, expires_at = $3 WHERE session = $4', [
    device,
    now,
    expiresAt,
    toNumber(plain['session']),
  ])
  await tellChange(context, ask, account)
  return 'registered'
}

export const sessionStore = (context: Context): Sessions => ({
  createSession: (session) => context.db.together((ask) => createSession(context, ask, session)),
  findSession: async (hash, now) => {
    const [row] = await context.db.ask(`${SESSION} WHERE s.hash = $1 AND s.expires_at > $2`, [hash, now])
    return row === undefined ? null : sessionOf(row)
  },
  touchSession: (...given) => touch(context, ...given),
  endSession: (hash) =>
    context.db.together(async (ask) => {
      const [gone] = await ask('DELETE FROM sessions WHERE hash = $1 RETURNING account', [hash])
      if (gone !== undefined) await tellChange(context, ask, toNumber(gone['account']))
      return gone !== undefined
    }),
  listSessions: async (account, now) => {
    const rows = await context.db.ask(`${SESSION} WHERE s.account = $1 AND s.expires_at > $2 ORDER BY s.session`, [
      account,
      now,
    ])
    return rows.map(sessionOf)
  },
  registerDevice: (...given) => context.db.together((ask) => registerDevice(context, ask, given)),
})
