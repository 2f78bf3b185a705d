import { openDB } from 'idb'
import type { DBSchema, IDBPDatabase } from 'idb'
import { ChatnipError } from '@chatnip/protocol'
import type { KeyRecord } from '@chatnip/sdk'

/** What one account keeps in this browser: sealed rows, and the CryptoKeys that open them (which cannot be read out). */
export interface Schema extends DBSchema {
  rows: { key: (string | number)[]; value: Uint8Array }
  keys: { key: string; value: KeyRecord }
}

export type Database = IDBPDatabase<Schema>

/** IndexedDB's own errors say nothing to people; these two do. */
export const toChatnipError = (error: unknown): ChatnipError => {
  if (error instanceof ChatnipError) return error
  const full = error instanceof DOMException && error.name === 'QuotaExceededError'
  return new ChatnipError(full ? 'disk_full' : 'unavailable', { cause: error })
}

const open = new Map<string, Promise<Database>>()

const makeDatabase = async (profile: string): Promise<Database> => {
  const forget = () => open.delete(profile)
  const database: Database = await openDB<Schema>(profile, 1, {
    upgrade: (made) => {
      made.createObjectStore('rows')
      made.createObjectStore('keys')
    },
    /** Somebody clears this site's data: hold it up and it waits for ever. What is written from now on fails, and is told. */
    blocking: () => {
      forget()
      database.close()
    },
    terminated: forget,
  })
  return database
}

/** Opens the database of one account in this browser; once for the whole page. */
export const openDatabase = (profile: string): Promise<Database> => {
  const known = open.get(profile)
  if (known !== undefined) return known
  const made = makeDatabase(profile).catch((error: unknown) => {
    open.delete(profile)
    throw toChatnipError(error)
  })
  open.set(profile, made)
  return made
}
