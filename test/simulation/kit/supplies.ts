import type {
  ClaimedKeyPackage,
  KeyPackageClaim,
  KeyPackages,
  StoreLimits,
  Supply,
} from '../../../server/src/store/store.ts'
import { byName } from './tables.ts'
import type { DeviceSupply, Tables } from './tables.ts'

/** The rules of a store's key packages over plain tables. The contract suite says whether they are right. */

interface Owner {
  readonly account: number
  readonly deviceId: string
}

const isThere = ({ devices }: Tables, { account, deviceId }: Owner): boolean =>
  devices.some((device) => device.account === account && device.deviceId === deviceId)

const supplyOf = ({ supplies }: Tables, deviceId: string): DeviceSupply =>
  supplies.get(deviceId) ?? { waiting: [], lastResort: null, claimed: new Map() }

export function count(tables: Tables, owner: Owner): Supply {
  if (!isThere(tables, owner)) return { count: 0, hasLastResort: false }
  const { waiting, lastResort } = supplyOf(tables, owner.deviceId)
  return { count: waiting.length, hasLastResort: lastResort !== null }
}

export function add(
  tables: Tables,
  owner: Owner,
  { fresh, lastResort }: KeyPackages,
  limits: StoreLimits,
): Supply | 'too_many_key_packages' | 'no_such_device' {
  if (!isThere(tables, owner)) return 'no_such_device'
  const supply = supplyOf(tables, owner.deviceId)
  const additional = [...new Set(fresh)].filter((one) => !supply.claimed.has(one) && !supply.waiting.includes(one))
  const waiting = [...supply.waiting, ...additional]
  if (waiting.length > limits.keyPackagesPerDevice) return 'too_many_key_packages'
  tables.supplies.set(owner.deviceId, { ...supply, waiting, lastResort: lastResort ?? supply.lastResort })
  return count(tables, owner)
}

export function claim(
  tables: Tables,
  { username, askedBy, lastResortsOnly, now }: KeyPackageClaim,
): ClaimedKeyPackage[] | null {
  const account = byName(tables, username)?.account
  if (account === undefined) return null
  const devices = tables.devices.filter((device) => device.account === account && device.deviceId !== askedBy)
  return devices.flatMap(({ deviceId }): ClaimedKeyPackage[] => {
    const supply = supplyOf(tables, deviceId)
    const [first, ...rest] = lastResortsOnly ? [] : supply.waiting
    if (first !== undefined) {
      supply.waiting = rest
      supply.claimed.set(first, now)
      return [{ deviceId, keyPackage: first, isLastResort: false }]
    }
    return supply.lastResort === null ? [] : [{ deviceId, keyPackage: supply.lastResort, isLastResort: true }]
  })
}

/** What waits of an account whose public key becomes another. */
export function forget(tables: Tables, account: number): void {
  for (const device of tables.devices) {
    const supply = tables.supplies.get(device.deviceId)
    if (device.account !== account || supply === undefined) continue
    supply.waiting = []
    supply.lastResort = null
  }
}

/** Forgets what was handed out up to that time. */
export function sweep(tables: Tables, before: number): void {
  for (const { claimed } of tables.supplies.values())
    for (const [text, at] of claimed) if (at <= before) claimed.delete(text)
}
