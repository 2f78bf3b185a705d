import type { AccountNumber, NewSession, Session } from '../store.ts'
import type { Handlers, Result } from './calls.ts'
import type { Context } from './context.ts'
import { addDevice, dayOf, deviceOf } from './devices.ts'
import { Refusal } from '../refusal.ts'
import { toBytes, toNumber, toText } from './rows.ts'
import type { Row } from './rows.ts'

type SessionHandlers = Pick<
  Handlers,
  'createSession' | 'findSession' | 'touchSession' | 'endSession' | 'listSessions' | 'registerDevice'
>

const SESSION = `SELECT s.hash, s.account, a.username, a.disabled, s.created_at AS begun_at, s.used_at, s.expires_at, s.device,
  d.device_id, d.mailbox, d.name, d.created_at, d.last_seen
  FROM sessions s JOIN accounts a ON a.account = s.account LEFT JOIN devices d ON d.device = s.device`

const sessionOf = (row: Row): Session => ({
  hash: toBytes(row['hash']),
  account: toNumber(row['account']),
  username: toText(row['username']),
  disabled: toNumber(row['disabled']) === 1,
  device: row['device'] === null ? null : deviceOf(row),
  createdAt: toNumber(row['begun_at']),
  usedAt: toNumber(row['used_at']),
  expiresAt: toNumber(row['expires_at']),
})

/** The account's device of this id, as a row number; `foreign` when it is somebody else's. */
function findDevice({ db }: Context, account: AccountNumber, deviceId: string): number | 'none' | 'foreign' {
  const row = db.sql('SELECT device, account FROM devices WHERE device_id = ?').get(deviceId)
  if (row === undefined) return 'none'
  return row['account'] === account ? toNumber(row['device']) : 'foreign'
}

/** The device that the new session belongs to (null: a plain session), registered or signed in to again. */
function deviceFor(context: Context, session: NewSession): number | null | 'too_many_devices' | 'no_such_device' {
  if (session.device === null) return null
  const known = findDevice(context, session.account, session.device.deviceId)
  if (known === 'foreign' || (known === 'none' && !session.device.isNew)) return 'no_such_device'
  if (known === 'none') return addDevice(context, session.account, { ...session.device, now: session.now })
  context.db
    .sql('UPDATE devices SET name = ?, last_seen = ? WHERE device = ?')
    .run(session.device.name, dayOf(session.now), known)
  context.db.sql('DELETE FROM sessions WHERE device = ?').run(known)
  return known
}

function createSession(context: Context, session: NewSession): Result<'createSession'> {
  const { db, limits } = context
  const owner = db.sql('SELECT password_hash FROM accounts WHERE account = ?').get(session.account)
  if (owner === undefined || (session.ifPasswordHash ?? owner['password_hash']) !== owner['password_hash'])
    return 'no_such_account'
  const device = deviceFor(context, session)
  if (device === 'too_many_devices' || device === 'no_such_device') return device
  db.sql('INSERT INTO sessions (hash, account, device, created_at, used_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)').run(
    session.hash,
    session.account,
    device,
    session.now,
    session.now,
    session.expiresAt,
  )
  if (device === null) {
    db.sql(
      `DELETE FROM sessions WHERE session IN (SELECT session FROM sessions WHERE account = ? AND device IS NULL
       ORDER BY session DESC LIMIT -1 OFFSET ?)`,
    ).run(session.account, limits.sessionsPerAccount)
  }
  return 'created'
}

function touchSession({ db }: Context, hash: Uint8Array, [usedAt, expiresAt]: [number, number]): void {
  // A session that has ended stays ended, whatever the clock says now.
  const { changes } = db
    .sql(
      `UPDATE sessions SET used_at = ?1, expires_at = CASE WHEN device IS NULL THEN ?2 ELSE max(expires_at, ?2) END
       WHERE hash = ?3 AND expires_at > ?1`,
    )
    .run(usedAt, expiresAt, hash)
  if (changes === 0) return
  db.sql(
    'UPDATE devices SET last_seen = ?1 WHERE device = (SELECT device FROM sessions WHERE hash = ?2) AND last_seen <> ?1',
  ).run(dayOf(usedAt), hash)
}

export const sessionHandlers = (context: Context): SessionHandlers => ({
  createSession: (session) => createSession(context, session),
  findSession: (hash, now) => {
    const row = context.db.sql(`${SESSION} WHERE s.hash = ? AND s.expires_at > ?`).get(hash, now)
    return row === undefined ? null : sessionOf(row)
  },
  touchSession: (hash, usedAt, expiresAt) => {
    touchSession(context, hash, [usedAt, expiresAt])
  },
  endSession: (hash) => context.db.sql('DELETE FROM sessions WHERE hash = ?').run(hash).changes === 1,
  listSessions: (account, now) =>
    context.db
      .sql(`${SESSION} WHERE s.account = ? AND s.expires_at > ? ORDER BY s.session`)
      .all(account, now)
      .map(sessionOf),
  registerDevice: (hash, { deviceId, name, now, expiresAt }) => {
    const row = context.db
      .sql('SELECT session, account FROM sessions WHERE hash = ? AND device IS NULL AND expires_at > ?')
      .get(hash, now)
    if (row === undefined) return 'not_plain'
    if (findDevice(context, toNumber(row['account']), deviceId) !== 'none') {
      throw new Refusal('bad_request', 'There is a device with this id already.')
    }
    const device = addDevice(context, toNumber(row['account']), { deviceId, name, now })
    if (device === 'too_many_devices') return device
    context.db
      .sql('UPDATE sessions SET device = ?, used_at = ?, expires_at = ? WHERE session = ?')
      .run(device, now, expiresAt, toNumber(row['session']))
    return 'registered'
  },
})
