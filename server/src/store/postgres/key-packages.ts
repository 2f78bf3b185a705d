import { foldName, shortHash } from '../identity.ts'
import type {
  AccountNumber,
  ClaimedKeyPackage,
  KeyPackageClaim,
  KeyPackages,
  KeyPackageStore,
  Supply,
} from '../store.ts'
import type { Context } from './context.ts'
import type { Ask, Undo } from './database.ts'
import { lockAccount } from './devices.ts'
import { toNumber, toText, toTextOrNull } from './rows.ts'
import type { Row } from './rows.ts'
import { bytesArray, fromStored, textArray, toStored } from './text.ts'

async function deviceOf(ask: Ask, account: AccountNumber, deviceId: string): Promise<Row | undefined> {
  const [row] = await ask('SELECT device, last_resort FROM devices WHERE device_id = $1 AND account = $2', [
    deviceId,
    account,
  ])
  return row
}

async function supplyOf(ask: Ask, device: number, lastResort: string | null): Promise<Supply> {
  const [row] = await ask('SELECT count(*) AS count FROM key_packages WHERE device = $1 AND claimed_at IS NULL', [
    device,
  ])
  return { count: toNumber(row?.['count']), hasLastResort: lastResort !== null }
}

/** Those that the device has uploaded before are passed over. */
const ADD = `INSERT INTO key_packages (device, hash, body)
  SELECT $1, u.hash, u.body FROM unnest($2::bytea[], $3::text[]) WITH ORDINALITY AS u (hash, body, place) ORDER BY u.place
  ON CONFLICT DO NOTHING`

type Added = Awaited<ReturnType<KeyPackageStore['addKeyPackages']>>

/** An upload that is too much is undone. */
async function add(
  { limits }: Context,
  [ask, undo]: [Ask, Undo<Added>],
  { account, deviceId, packages }: { account: AccountNumber; deviceId: string; packages: KeyPackages },
): Promise<Added> {
  await lockAccount(ask, account)
  const row = await deviceOf(ask, account, deviceId)
  if (row === undefined) return 'no_such_device'
  const device = toNumber(row['device'])
  const { fresh, lastResort } = packages
  await ask(ADD, [device, bytesArray(fresh.map(shortHash)), textArray(fresh.map(toStored))])
  const supply = await supplyOf(ask, device, lastResort ?? toTextOrNull(row['last_resort']))
  if (supply.count > limits.keyPackagesPerDevice) return undo('too_many_key_packages')
  if (lastResort !== null)
    await ask('UPDATE devices SET last_resort = $1 WHERE device = $2', [toStored(lastResort), device])
  return supply
}

/** The oldest that waits. From here on it is nobody's any more. */
async function takeOne(ask: Ask, device: number, now: number): Promise<string | null> {
  const [row] = await ask(
    'SELECT number, body FROM key_packages WHERE device = $1 AND claimed_at IS NULL ORDER BY number LIMIT 1',
    [device],
  )
  if (row === undefined) return null
  await ask("UPDATE key_packages SET body = '', claimed_at = $1 WHERE number = $2", [now, toNumber(row['number'])])
  return fromStored(toText(row['body']))
}

async function claim(ask: Ask, wanted: KeyPackageClaim): Promise<readonly ClaimedKeyPackage[] | null> {
  // The lock keeps others from the same packages until this claim is on disk.
  const [account] = await ask('SELECT account FROM accounts WHERE name = $1 FOR UPDATE', [
    toStored(foldName(wanted.username)),
  ])
  if (account === undefined) return null
  const devices = await ask(
    'SELECT device, device_id, last_resort FROM devices WHERE account = $1 AND device_id <> $2 ORDER BY device',
    [toNumber(account['account']), wanted.askedBy],
  )
  const claimed: ClaimedKeyPackage[] = []
  for (const row of devices) {
    const deviceId = toText(row['device_id'])
    const taken = wanted.lastResortsOnly ? null : await takeOne(ask, toNumber(row['device']), wanted.now)
    const lastResort = toTextOrNull(row['last_resort'])
    if (taken !== null) claimed.push({ deviceId, keyPackage: taken, isLastResort: false })
    else if (lastResort !== null) claimed.push({ deviceId, keyPackage: fromStored(lastResort), isLastResort: true })
  }
  return claimed
}

/** An account's key packages that wait: they are signed by a key that it has no more. */
export async function forgetKeyPackages(ask: Ask, account: AccountNumber): Promise<void> {
  await ask(
    'DELETE FROM key_packages WHERE claimed_at IS NULL AND device IN (SELECT device FROM devices WHERE account = $1)',
    [account],
  )
  await ask('UPDATE devices SET last_resort = NULL WHERE account = $1', [account])
}

export const keyPackageStore = (context: Context): KeyPackageStore => ({
  addKeyPackages: (account, deviceId, packages) =>
    context.db.together((...tools) => add(context, tools, { account, deviceId, packages })),
  countKeyPackages: async (account, deviceId) => {
    const row = await deviceOf(context.db.ask, account, deviceId)
    if (row === undefined) return { count: 0, hasLastResort: false }
    return supplyOf(context.db.ask, toNumber(row['device']), toTextOrNull(row['last_resort']))
  },
  claimKeyPackages: (wanted) => context.db.together((ask) => claim(ask, wanted)),
})
