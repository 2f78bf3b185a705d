import { openBytes, sealBytes } from '@chatnip/crypto'
import type { LogicalKey, Table, Tables, Write } from '../engine/rows.ts'
import type { Key, Range, Row, RowStore } from '../ports.ts'

/** What the engine's driver needs of the vault: rows by table and logical key, committed together. */
export type SealedRows = Pick<Vault, 'get' | 'scan' | 'commit'>

/** Between the engine and the rows: seals every value under the device's box, each for its own place, and hides message ids. */
export class Vault {
  readonly #rows: RowStore
  readonly #box: CryptoKey
  readonly #index: CryptoKey

  constructor(rows: RowStore, keys: { readonly box: CryptoKey; readonly index: CryptoKey }) {
    this.#rows = rows
    this.#box = keys.box
    this.#index = keys.index
  }

  /** @throws DamagedRow */
  async get<T extends Table>(table: T, key: LogicalKey): Promise<Tables[T] | null> {
    const place = await this.#place(table, key)
    const blob = await this.#rows.get(table, place)
    return blob === null ? null : this.#open<T>({ table, key: place, blob })
  }

  /** Not for `ids`, whose keys are hashed. */
  async scan<T extends Exclude<Table, 'ids'>>(
    table: T,
    range: Range,
  ): Promise<readonly { readonly key: Key; readonly value: Tables[T] }[]> {
    const rows = await this.#rows.scan(table, range)
    return Promise.all(rows.map(async (row) => ({ key: row.key, value: await this.#open<T>(row) })))
  }

  /** All or nothing, durable when resolved. Of several writes to one row the last counts. */
  async commit(writes: readonly Write[]): Promise<void> {
    const last = new Map(writes.map((write) => [JSON.stringify([write.table, write.key]), write]))
    const placed = await Promise.all(
      [...last.values()].map(async ({ table, key, value }) => ({ table, key: await this.#place(table, key), value })),
    )
    const put = placed.filter(({ value }) => value !== null).map((row) => this.#seal(row))
    await this.#rows.commit({
      put: await Promise.all(put),
      delete: placed.filter(({ value }) => value === null).map(({ table, key }) => ({ table, key })),
    })
  }

  async #place(table: Table, key: LogicalKey): Promise<Key> {
    if (table !== 'ids') return key
    const hash = await crypto.subtle.sign('HMAC', this.#index, new TextEncoder().encode(JSON.stringify(key)))
    return [Array.from(new Uint8Array(hash, 0, 20), (byte) => byte.toString(16).padStart(2, '0')).join('')]
  }

  async #seal({ table, key, value }: { table: Table; key: Key; value: unknown }): Promise<Row> {
    const bytes = new TextEncoder().encode(JSON.stringify(value))
    return { table, key, blob: await sealBytes(this.#box, bytes, contextOf(table, key)) }
  }

  async #open<T extends Table>({ table, key, blob }: Row): Promise<Tables[T]> {
    const bytes = await openBytes(this.#box, blob, contextOf(table, key))
    if (bytes === null) throw new DamagedRow(table)
    // Authenticated for this very place: these are the bytes that `#seal` made of such a value.
    const value: Tables[T] = JSON.parse(new TextDecoder().decode(bytes))
    return value
  }
}

/** A row that this device's key does not open: somebody or something has changed the storage. */
export class DamagedRow extends Error {
  constructor(table: string) {
    super(`A row of ${table} is damaged, or was written under another key.`)
    this.name = 'DamagedRow'
  }
}

const contextOf = (table: string, key: Key): string => `${table} ${JSON.stringify(key)}`
