import { shortHash } from '../identity.ts'
import type { AccountNumber, ClaimedKeyPackage, KeyPackageClaim, KeyPackages, Supply } from '../store.ts'
import type { Handlers } from './calls.ts'
import type { Context } from './context.ts'
import type { Database } from './database.ts'
import { toNumber, toText, toTextOrNull } from './rows.ts'
import type { Row } from './rows.ts'

type KeyPackageHandlers = Pick<Handlers, 'addKeyPackages' | 'countKeyPackages' | 'claimKeyPackages'>

const deviceOf = ({ db }: Context, account: AccountNumber, deviceId: string): Row | undefined =>
  db.sql('SELECT device, last_resort FROM devices WHERE device_id = ? AND account = ?').get(deviceId, account)

const supplyOf = ({ db }: Context, device: number, lastResort: string | null): Supply => ({
  count: toNumber(
    db.sql('SELECT count(*) AS count FROM key_packages WHERE device = ? AND claimed_at IS NULL').get(device)?.['count'],
  ),
  hasLastResort: lastResort !== null,
})

/** Those that the device has never uploaded, each once. */
function unknown({ db }: Context, device: number, texts: readonly string[]): { hash: Buffer; body: string }[] {
  const known = db.sql('SELECT 1 FROM key_packages WHERE device = ? AND hash = ?')
  return [...new Set(texts)]
    .map((body) => ({ hash: shortHash(body), body }))
    .filter((one) => known.get(device, one.hash) === undefined)
}

function add(
  context: Context,
  row: Row | undefined,
  { fresh, lastResort }: KeyPackages,
): Supply | 'too_many_key_packages' | 'no_such_device' {
  if (row === undefined) return 'no_such_device'
  const { db, limits } = context
  const device = toNumber(row['device'])
  const additional = unknown(context, device, fresh)
  const { count } = supplyOf(context, device, null)
  if (count + additional.length > limits.keyPackagesPerDevice) return 'too_many_key_packages'
  const insert = db.sql('INSERT INTO key_packages (device, hash, body) VALUES (?, ?, ?)')
  for (const one of additional) insert.run(device, one.hash, one.body)
  if (lastResort !== null) db.sql('UPDATE devices SET last_resort = ? WHERE device = ?').run(lastResort, device)
  return supplyOf(context, device, lastResort ?? toTextOrNull(row['last_resort']))
}

/** The oldest that waits. From here on it is nobody's any more. */
function takeOne(db: Database, device: number, now: number): string | null {
  const row = db
    .sql('SELECT number, body FROM key_packages WHERE device = ? AND claimed_at IS NULL ORDER BY number LIMIT 1')
    .get(device)
  if (row === undefined) return null
  db.sql("UPDATE key_packages SET body = '', claimed_at = ? WHERE number = ?").run(now, toNumber(row['number']))
  return toText(row['body'])
}

function claim({ db, cache }: Context, wanted: KeyPackageClaim): ClaimedKeyPackage[] | null {
  const account = cache.byName(wanted.username)
  if (account === null) return null
  const devices = db
    .sql('SELECT device, device_id, last_resort FROM devices WHERE account = ? AND device_id <> ? ORDER BY device')
    .all(account.account, wanted.askedBy)
  return devices.flatMap((row): ClaimedKeyPackage[] => {
    const deviceId = toText(row['device_id'])
    const taken = wanted.lastResortsOnly ? null : takeOne(db, toNumber(row['device']), wanted.now)
    if (taken !== null) return [{ deviceId, keyPackage: taken, isLastResort: false }]
    const lastResort = toTextOrNull(row['last_resort'])
    return lastResort === null ? [] : [{ deviceId, keyPackage: lastResort, isLastResort: true }]
  })
}

/** An account's key packages that wait: they are signed by a key that it has no more. */
export function forgetKeyPackages({ db }: Context, account: AccountNumber): void {
  db.sql(
    'DELETE FROM key_packages WHERE claimed_at IS NULL AND device IN (SELECT device FROM devices WHERE account = ?)',
  ).run(account)
  db.sql('UPDATE devices SET last_resort = NULL WHERE account = ?').run(account)
}

export const keyPackageHandlers = (context: Context): KeyPackageHandlers => ({
  addKeyPackages: (account, deviceId, packages) => add(context, deviceOf(context, account, deviceId), packages),
  countKeyPackages: (account, deviceId) => {
    const row = deviceOf(context, account, deviceId)
    if (row === undefined) return { count: 0, hasLastResort: false }
    return supplyOf(context, toNumber(row['device']), toTextOrNull(row['last_resort']))
  },
  claimKeyPackages: (wanted) => claim(context, wanted),
})
