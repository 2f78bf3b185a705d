import type { Stores } from '@chatnip/sdk'
import { openDatabase } from './database.ts'
import { openKeys } from './keys.ts'
import { openRows } from './rows.ts'

/** The stores of one account in this browser, by its profile; each has its own, so that one never erases another. */
export const openStores = async (profile: string): Promise<Stores> => {
  const database = await openDatabase(profile)
  return { rows: openRows(database), keys: openKeys(database) }
}
