import type { Address, Key, KeyRecord, KeyStore, Range, Row, RowStore } from './ports.ts'

/** The order of IndexedDB for the keys that we use: numbers before texts, a shorter key before its extensions. */
export function compareKeys(a: Key, b: Key): number {
  for (const [index, left] of a.entries()) {
    const right = b[index]
    if (right === undefined) return 1
    if (left === right) continue
    if (typeof left === typeof right) return left < right ? -1 : 1
    return typeof left === 'number' ? -1 : 1
  }
  return a.length - b.length
}

const addressOf = ({ table, key }: Address): string => JSON.stringify([table, key])

/**
 * Rows in memory, with two images: what readers see, and what would be there after a power cut. `flush` stands for the disk:
 * a commit becomes durable, and resolves, when it resolves.
 */
export class MemoryRows implements RowStore {
  readonly #flush: () => Promise<void>
  #rows: ReadonlyMap<string, Row>
  #durable: ReadonlyMap<string, Row>

  /** @param rows what lies there already, for instance another's `durable()` */
  constructor(options: { readonly rows?: readonly Row[]; readonly flush?: () => Promise<void> } = {}) {
    this.#rows = new Map((options.rows ?? []).map((row) => [addressOf(row), row]))
    this.#durable = this.#rows
    this.#flush = options.flush ?? (() => Promise.resolve())
  }

  /** What would be there after a power cut in this moment. */
  durable(): readonly Row[] {
    return [...this.#durable.values()]
  }

  get(table: string, key: Key): Promise<Uint8Array | null> {
    return Promise.resolve(this.#rows.get(addressOf({ table, key }))?.blob ?? null)
  }

  scan(table: string, { from, to, limit, reverse }: Range): Promise<readonly Row[]> {
    const rows = [...this.#rows.values()]
      .filter((row) => row.table === table)
      .filter(({ key }) => from === undefined || compareKeys(key, from) >= 0)
      .filter(({ key }) => to === undefined || compareKeys(key, to) < 0)
      .toSorted((a, b) => (reverse === true ? compareKeys(b.key, a.key) : compareKeys(a.key, b.key)))
    return Promise.resolve(rows.slice(0, limit))
  }

  async commit(change: { readonly put: readonly Row[]; readonly delete: readonly Address[] }): Promise<void> {
    const rows = new Map(this.#rows)
    for (const address of change.delete) rows.delete(addressOf(address))
    for (const row of change.put) rows.set(addressOf(row), row)
    this.#rows = rows
    try {
      await this.#flush()
    } catch (error) {
      this.#rows = this.#durable
      throw error
    }
    this.#durable = rows
  }

  async clear(): Promise<void> {
    this.#rows = new Map()
    await this.#flush()
    this.#durable = this.#rows
  }
}

/** Keys in memory: for tests, and for scripts that sign in anew each time. */
export class MemoryKeys implements KeyStore {
  #record: KeyRecord | null = null

  load(): Promise<KeyRecord | null> {
    return Promise.resolve(this.#record)
  }

  save(record: KeyRecord): Promise<void> {
    this.#record = record
    return Promise.resolve()
  }

  clear(): Promise<void> {
    this.#record = null
    return Promise.resolve()
  }
}
