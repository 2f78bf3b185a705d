import type { KeyStore } from '@chatnip/sdk'
import { toChatnipError } from './database.ts'
import type { Database } from './database.ts'

const ONLY = 'account'

/** The sdk's key store in IndexedDB, which keeps CryptoKeys as they are: usable here, readable nowhere. */
export const openKeys = (database: Database): KeyStore => ({
  load: async () => (await database.get('keys', ONLY)) ?? null,
  save: async (record) => {
    const transaction = database.transaction('keys', 'readwrite', { durability: 'strict' })
    await Promise.all([transaction.store.put(record, ONLY), transaction.done]).catch((error: unknown) => {
      throw toChatnipError(error)
    })
  },
  clear: () => database.clear('keys'),
})
