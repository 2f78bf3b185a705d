import type { AccountNumber, Device, MailboxNumber, SessionStore } from '../store.ts'
import { tellChange } from './changes.ts'
import type { Context } from './context.ts'
import type { Ask } from './database.ts'
import { toNumber, toText } from './rows.ts'
import type { Row } from './rows.ts'
import { fromStored, plainArray, toStored } from './text.ts'

type DeviceStore = Pick<SessionStore, 'listDevices' | 'removeDevice' | 'plainMailbox'>

/** YYYY-MM-DD: the day is all that is kept of when a device was seen. */
export const dayOf = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10)

export const deviceOf = (row: Row): Device => ({
  deviceId: toText(row['device_id']),
  mailbox: toNumber(row['mailbox']),
  name: fromStored(toText(row['name'])),
  createdAt: toNumber(row['created_at']),
  lastSeen: toText(row['last_seen']),
})

/** Locks an account's row, so that its devices and sessions change one after the other. Null: there is no such account. */
export async function lockAccount(ask: Ask, account: AccountNumber): Promise<Row | null> {
  const [row] = await ask('SELECT password_hash FROM accounts WHERE account = $1 AND name IS NOT NULL FOR UPDATE', [
    account,
  ])
  return row ?? null
}

async function plainMailboxOf(ask: Ask, account: AccountNumber): Promise<MailboxNumber | null> {
  const [row] = await ask('SELECT mailbox FROM mailboxes WHERE account = $1 AND plain', [account])
  return row === undefined ? null : toNumber(row['mailbox'])
}

/** The mailbox of a new device: the first one takes over the plain mailbox, with what waits in it. */
async function mailboxFor(ask: Ask, account: AccountNumber): Promise<MailboxNumber | null> {
  const [plain] = await ask('UPDATE mailboxes SET plain = false WHERE account = $1 AND plain RETURNING mailbox', [
    account,
  ])
  if (plain !== undefined) return toNumber(plain['mailbox'])
  const [made] = await ask('SELECT make_mailbox_1($1, false) AS mailbox', [account])
  return made?.['mailbox'] === null ? null : toNumber(made?.['mailbox'])
}

/** Registers a device, whose account's row is locked. @returns its number */
export async function addDevice(
  { limits }: Context,
  ask: Ask,
  device: { readonly account: AccountNumber; readonly deviceId: string; readonly name: string; readonly now: number },
): Promise<number | 'too_many_devices'> {
  const { account, deviceId, name, now } = device
  const [count] = await ask('SELECT count(*) AS devices FROM devices WHERE account = $1', [account])
  if (toNumber(count?.['devices']) >= limits.devicesPerAccount) return 'too_many_devices'
  await ask('SELECT lock_mailboxes_1($1::bigint[])', [plainArray([account])])
  const mailbox = await mailboxFor(ask, account)
  // After 65,535 devices the account's numbers are used up.
  if (mailbox === null) return 'too_many_devices'
  const [row] = await ask(
    `INSERT INTO devices (device_id, account, mailbox, name, created_at, last_seen) VALUES ($1, $2, $3, $4, $5, $6) RETURNING device`,
    [deviceId, account, mailbox, toStored(name), now, dayOf(now)],
  )
  return toNumber(row?.['device'])
}

async function removeDevice(
  context: Context,
  ask: Ask,
  [account, deviceId]: [AccountNumber, string],
): Promise<boolean> {
  if ((await lockAccount(ask, account)) === null) return false
  await ask('SELECT lock_mailboxes_1($1::bigint[])', [plainArray([account])])
  // The device's sessions go with it (foreign key).
  const [gone] = await ask('DELETE FROM devices WHERE account = $1 AND device_id = $2 RETURNING mailbox', [
    account,
    deviceId,
  ])
  if (gone === undefined) return false
  const mailbox = toNumber(gone['mailbox'])
  const [left] = await ask('SELECT count(*) AS devices FROM devices WHERE account = $1', [account])
  if (toNumber(left?.['devices']) === 0)
    await ask('UPDATE mailboxes SET plain = true WHERE account = $1 AND mailbox = $2', [account, mailbox])
  else {
    await ask('SELECT forget_1($1::bigint[], $2::bigint[], false)', [
      plainArray([mailbox]),
      plainArray(['9223372036854775807']),
    ])
    await ask('DELETE FROM mailboxes WHERE account = $1 AND mailbox = $2', [account, mailbox])
  }
  await tellChange(context, ask, account)
  return true
}

export const deviceStore = (context: Context): DeviceStore => ({
  listDevices: async (account) =>
    (
      await context.db.ask(
        `SELECT d.device_id, d.mailbox, d.name, d.created_at, d.last_seen, m.messages
         FROM devices d JOIN mailboxes m ON m.account = d.account AND m.mailbox = d.mailbox WHERE d.account = $1 ORDER BY d.device`,
        [account],
      )
    ).map((row) => ({ ...deviceOf(row), waiting: toNumber(row['messages']) })),
  removeDevice: (account, deviceId) => context.db.together((ask) => removeDevice(context, ask, [account, deviceId])),
  plainMailbox: (account) => plainMailboxOf(context.db.ask, account),
})
