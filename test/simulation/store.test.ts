import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { appendContract } from '../../server/src/store/contract/append.ts'
import { blobContract } from '../../server/src/store/contract/blobs.ts'
import { deviceContract } from '../../server/src/store/contract/devices.ts'
import { endingContract } from '../../server/src/store/contract/endings.ts'
import { expiryContract } from '../../server/src/store/contract/expiry.ts'
import { groupContract, raceForEpoch } from '../../server/src/store/contract/groups.ts'
import { keyPackageContract, raceForKeyPackages } from '../../server/src/store/contract/key-packages.ts'
import { mailboxContract } from '../../server/src/store/contract/mailboxes.ts'
import { orderContract } from '../../server/src/store/contract/order.ts'
import { quotaContract } from '../../server/src/store/contract/quota.ts'
import { sharedTextContract } from '../../server/src/store/contract/shared-texts.ts'
import type { OpenedStore, OpenStore } from '../../server/src/store/contract/world.ts'
import { addDevice, signUp } from '../../server/src/store/contract/world.ts'
import type { Store } from '../../server/src/store/store.ts'
import { altered } from './kit/mutants.ts'
import { SimStore } from './kit/sim-store.ts'
import type { StoreDisk } from './kit/sim-store.ts'

const disk: StoreDisk = {
  write: (commit, tell) => {
    setImmediate(() => {
      commit()
      setImmediate(tell)
    })
  },
  weather: () => 'fine',
  isRelaxed: false,
}

const open: OpenStore = (limits = {}) => {
  let store = new SimStore(disk, { limits })
  const opened: OpenedStore = {
    store,
    folder: tmpdir(),
    reopen: async () => {
      await store.close()
      store = new SimStore(disk, { limits, tables: structuredClone(store.tables) })
      return store
    },
    beside: () => Promise.reject(new TypeError('There is one simulated store.')),
    openBackup: () => Promise.reject(new TypeError('There is one simulated store.')),
    close: () => store.close(),
  }
  return Promise.resolve(opened)
}

describe('the store of the simulation keeps the contract of a real one', () => {
  appendContract(open)
  orderContract(open)
  quotaContract(open)
  mailboxContract(open)
  expiryContract(open)
  deviceContract(open)
  sharedTextContract(open)
  groupContract(open)
  endingContract(open)
  keyPackageContract(open)
  blobContract(open)
})

/** Stores that ask first and write later: what the contract's races must find. */
const HASTY: Readonly<Record<string, (store: SimStore) => Store>> = {
  'compares in one transaction and sets in the next': (store) => {
    const epochs = new Map<string, number>()
    return altered(store, {
      append: async (message) => {
        const { group, ...rest } = message
        const before = group === undefined ? undefined : epochs.get(group.id)
        if (before !== undefined && before !== group?.epoch) return { result: 'epoch_passed', epoch: before }
        const result = await store.append(rest)
        if (group?.commit === true && result.result === 'accepted') epochs.set(group.id, group.epoch + 1)
        return result
      },
    })
  },
  'looks for a key package in one transaction and takes it in the next': (store) =>
    altered(store, {
      claimKeyPackages: async (claim) => {
        const before = structuredClone(store.tables.supplies)
        const claimed = await store.claimKeyPackages(claim)
        return (
          claimed?.map((one) => ({ ...one, keyPackage: before.get(one.deviceId)?.waiting[0] ?? one.keyPackage })) ??
          null
        )
      },
    }),
}

describe('races', () => {
  const play = async (around: (store: SimStore) => Store) => {
    const sim = new SimStore(disk)
    const store = around(sim)
    const [alice, bob] = [await signUp(store, 'alice'), await signUp(store, 'bob')]
    await addDevice(store, bob, 'phone')
    const fresh = Array.from({ length: 20 }, (_, number) => `p${number}`)
    await store.addKeyPackages(bob.account, 'phone', { fresh, lastResort: null })
    const winners = await raceForEpoch(store, alice, 'bob', { id: 'x'.repeat(22), epoch: 0 })
    const claimed = await raceForKeyPackages(store, 'bob', 10)
    await sim.close()
    return { winners, twice: claimed.length - new Set(claimed).size }
  }

  test('have one winner, and nobody gets what another has', async () => {
    expect(await play((store) => store)).toEqual({ winners: 1, twice: 0 })
  })

  test.each(Object.entries(HASTY))('find a store that %s', async (_what, around) => {
    expect(await play(around)).not.toEqual({ winners: 1, twice: 0 })
  })
})
