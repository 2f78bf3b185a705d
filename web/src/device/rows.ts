import type { Address, Key, Range, Row, RowStore } from '@chatnip/sdk'
import { toChatnipError } from './database.ts'
import type { Database } from './database.ts'

const pathOf = (table: string, key: Key): (string | number)[] => [table, ...key]

/** An array is greater than every number and text, so `[table, []]` ends the table. */
const rangeOf = (table: string, range: Range): IDBKeyRange =>
  IDBKeyRange.bound(
    pathOf(table, range.from ?? []),
    range.to === undefined ? [table, []] : pathOf(table, range.to),
    false,
    true,
  )

const toRow = (table: string, path: readonly (string | number)[], blob: Uint8Array): Row => ({
  table,
  key: path.slice(1),
  blob,
})

const scanForward = async (database: Database, table: string, range: Range): Promise<readonly Row[]> => {
  const { store } = database.transaction('rows')
  const bounds = rangeOf(table, range)
  const [paths, blobs] = await Promise.all([store.getAllKeys(bounds, range.limit), store.getAll(bounds, range.limit)])
  return paths.flatMap((path, index) => {
    const blob = blobs[index]
    return blob === undefined ? [] : [toRow(table, path, blob)]
  })
}

const scanBackward = async (database: Database, table: string, range: Range): Promise<readonly Row[]> => {
  const rows: Row[] = []
  let cursor = await database.transaction('rows').store.openCursor(rangeOf(table, range), 'prev')
  while (cursor !== null && rows.length < (range.limit ?? Infinity)) {
    rows.push(toRow(table, cursor.key, cursor.value))
    cursor = await cursor.continue()
  }
  return rows
}

const commit = async (database: Database, put: readonly Row[], gone: readonly Address[]): Promise<void> => {
  const transaction = database.transaction('rows', 'readwrite', { durability: 'strict' })
  const work = [
    ...gone.map(({ table, key }) => transaction.store.delete(pathOf(table, key))),
    ...put.map(({ table, key, blob }) => transaction.store.put(blob, pathOf(table, key))),
  ]
  await Promise.all([...work, transaction.done])
}

const guarded = async <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw toChatnipError(error)
  })

/** The sdk's row store in IndexedDB. `durability: 'strict'` asks the browser to flush to the disk before it says done. */
export const openRows = (database: Database): RowStore => ({
  get: async (table, key) => (await guarded(database.get('rows', pathOf(table, key)))) ?? null,
  scan: (table, range) =>
    guarded(range.reverse === true ? scanBackward(database, table, range) : scanForward(database, table, range)),
  commit: (change) => guarded(commit(database, change.put, change.delete)),
  clear: () => guarded(database.clear('rows')),
})
