import { tmpdir } from 'node:os'
import { describe } from 'vitest'
import { appendContract } from '../../server/src/store/contract/append.ts'
import { deviceContract } from '../../server/src/store/contract/devices.ts'
import { endingContract } from '../../server/src/store/contract/endings.ts'
import { expiryContract } from '../../server/src/store/contract/expiry.ts'
import { groupContract } from '../../server/src/store/contract/groups.ts'
import { keyPackageContract } from '../../server/src/store/contract/key-packages.ts'
import { mailboxContract } from '../../server/src/store/contract/mailboxes.ts'
import { orderContract } from '../../server/src/store/contract/order.ts'
import { quotaContract } from '../../server/src/store/contract/quota.ts'
import { sharedTextContract } from '../../server/src/store/contract/shared-texts.ts'
import type { OpenedStore, OpenStore } from '../../server/src/store/contract/world.ts'
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
})
