import type { AccountNumber, Device, MailboxNumber } from '../store.ts'
import type { Handlers } from './calls.ts'
import type { Context } from './context.ts'
import { forgetReceived } from './forget.ts'
import { makeMailbox } from './restored.ts'
import { toNumber, toText } from './rows.ts'
import type { Row } from './rows.ts'

type DeviceHandlers = Pick<Handlers, 'listDevices' | 'removeDevice' | 'plainMailbox'>

/** YYYY-MM-DD: the day is all that is kept of when a device was seen. */
export const dayOf = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10)

export const deviceOf = (row: Row): Device => ({
  deviceId: toText(row['device_id']),
  mailbox: toNumber(row['mailbox']),
  name: toText(row['name']),
  createdAt: toNumber(row['created_at']),
  lastSeen: toText(row['last_seen']),
})

function plainMailbox({ db }: Context, account: AccountNumber): MailboxNumber | null {
  const row = db
    .sql(
      `SELECT mailbox FROM mailboxes m WHERE account = ?
       AND NOT EXISTS (SELECT 1 FROM devices d WHERE d.mailbox = m.mailbox)`,
    )
    .get(account)
  return row === undefined ? null : toNumber(row['mailbox'])
}

/** Registers a device with a mailbox: the first one takes over the plain mailbox, with what waits in it. */
export function addDevice(
  context: Context,
  account: AccountNumber,
  device: { readonly deviceId: string; readonly name: string; readonly now: number },
): number | 'too_many_devices' {
  const { db, cache, limits } = context
  const count = db.sql('SELECT count(*) AS count FROM devices WHERE account = ?').get(account)
  if (toNumber(count?.['count']) >= limits.devicesPerAccount) return 'too_many_devices'
  cache.forget(account)
  const mailbox = plainMailbox(context, account) ?? makeMailbox(db, account)
  const { lastInsertRowid } = db
    .sql('INSERT INTO devices (device_id, account, mailbox, name, created_at, last_seen) VALUES (?, ?, ?, ?, ?, ?)')
    .run(device.deviceId, account, mailbox, device.name, device.now, dayOf(device.now))
  return Number(lastInsertRowid)
}

function removeDevice(context: Context, account: AccountNumber, deviceId: string): boolean {
  const { db, cache } = context
  const row = db.sql('SELECT device, mailbox FROM devices WHERE account = ? AND device_id = ?').get(account, deviceId)
  if (row === undefined) return false
  const mailbox = toNumber(row['mailbox'])
  const state = cache.byNumber(account)
  const isLast = state === null || state.mailboxes.length === 1
  if (!isLast) {
    const own = state.mailboxes.find((candidate) => candidate.mailbox === mailbox)
    if (own !== undefined) forgetReceived(context, own)
  }
  cache.forget(account)
  // The device's sessions go with it (foreign key).
  db.sql('DELETE FROM devices WHERE device = ?').run(toNumber(row['device']))
  if (!isLast) db.sql('DELETE FROM mailboxes WHERE mailbox = ?').run(mailbox)
  return true
}

export const deviceHandlers = (context: Context): DeviceHandlers => ({
  listDevices: (account) => {
    // The counters of this batch may be newer than the table's.
    context.cache.writeBack()
    return context.db
      .sql(
        `SELECT d.device_id, d.mailbox, d.name, d.created_at, d.last_seen, m.messages
         FROM devices d JOIN mailboxes m ON m.mailbox = d.mailbox WHERE d.account = ? ORDER BY d.device`,
      )
      .all(account)
      .map((row) => ({ ...deviceOf(row), waiting: toNumber(row['messages']) }))
  },
  removeDevice: (account, deviceId) => removeDevice(context, account, deviceId),
  plainMailbox: (account) => plainMailbox(context, account),
})
