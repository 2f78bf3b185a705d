import { ChatnipError } from '@chatnip/protocol'
import { compareKeys } from '../../../sdk/src/memory.ts'
import type { SealedRows } from '../../../sdk/src/driver/vault.ts'
import type { LogicalKey, Table, Tables, Write } from '../../../sdk/src/engine/rows.ts'
import type { Weather } from './sim-store.ts'

interface Stored<T extends Table> {
  readonly key: LogicalKey
  readonly value: Tables[T]
}

type Rows = { readonly [T in Table]: Map<string, Stored<T>> }

const emptyRows = (): Rows => ({
  meta: new Map(),
  peers: new Map(),
  messages: new Map(),
  outbox: new Map(),
  ids: new Map(),
  drafts: new Map(),
  chains: new Map(),
  links: new Map(),
  early: new Map(),
  fading: new Map(),
  bringing: new Map(),
  files: new Map(),
  groups: new Map(),
  secrets: new Map(),
})

const copyOf = (rows: Rows): Rows => ({
  meta: new Map(rows.meta),
  peers: new Map(rows.peers),
  messages: new Map(rows.messages),
  outbox: new Map(rows.outbox),
  ids: new Map(rows.ids),
  drafts: new Map(rows.drafts),
  chains: new Map(rows.chains),
  links: new Map(rows.links),
  early: new Map(rows.early),
  fading: new Map(rows.fading),
  bringing: new Map(rows.bringing),
  files: new Map(rows.files),
  groups: new Map(rows.groups),
  secrets: new Map(rows.secrets),
})

const put = <T extends Table>(rows: Rows, write: { table: T; key: LogicalKey; value: Tables[T] | null }): void => {
  const { table, key, value } = write
  if (value === null) rows[table].delete(JSON.stringify(key))
  else rows[table].set(JSON.stringify(key), { key, value })
}

export interface DiskTiming {
  /** Calls back when the writing is through, and again a moment later, when it may be told. */
  write(commit: () => void, tell: () => void): void
  weather(): Weather
  /** Hears what has been written. */
  wrote?(writes: readonly Write[]): void
  readonly isRelaxed: boolean
}

/**
 * A device's storage without its sealing: what readers see, and what survives a crash. The engine never changes a value in place, so the
 * values themselves are kept.
 */
export class DeviceDisk implements SealedRows {
  rows: Rows = emptyRows()
  /** Only where what is told is not what is durable: a mistake that tests must find. */
  #durable: Rows | null
  readonly #timing: DiskTiming
  #life = 0

  constructor(timing: DiskTiming) {
    this.#timing = timing
    this.#durable = timing.isRelaxed ? emptyRows() : null
  }

  crash(): void {
    this.#life += 1
    if (this.#durable !== null) this.rows = copyOf(this.#durable)
  }

  /** As one run of the device has it: one that has crashed gets no answer any more and writes nothing. */
  opened(): SealedRows {
    const life = this.#life
    const never = new Promise<never>(() => {})
    const isAlive = () => life === this.#life
    return {
      get: (table, key) => (isAlive() ? this.get(table, key) : never),
      scan: (table, range) => (isAlive() ? this.scan(table, range) : never),
      commit: (writes) => (isAlive() ? this.commit(writes) : never),
    }
  }

  get<T extends Table>(table: T, key: LogicalKey): Promise<Tables[T] | null> {
    return Promise.resolve(this.rows[table].get(JSON.stringify(key))?.value ?? null)
  }

  scan: SealedRows['scan'] = (table, { from, to, limit, reverse }) => {
    const rows = [...this.rows[table].values()]
      .filter(({ key }) => from === undefined || compareKeys(key, from) >= 0)
      .filter(({ key }) => to === undefined || compareKeys(key, to) < 0)
      .toSorted((a, b) => (reverse === true ? compareKeys(b.key, a.key) : compareKeys(a.key, b.key)))
    return Promise.resolve(rows.slice(0, limit))
  }

  commit(writes: readonly Write[]): Promise<void> {
    const life = this.#life
    const ifAlive = (run: () => void) => () => {
      if (life === this.#life) run()
    }
    const durable = this.#durable
    return new Promise((resolve, reject) => {
      let error: Error | null = null
      if (durable !== null) {
        for (const write of writes) put(this.rows, write)
        resolve()
      }
      const commit = () => {
        const weather = this.#timing.weather()
        if (weather !== 'fine') error = new ChatnipError(weather === 'full' ? 'disk_full' : 'unavailable')
        if (weather !== 'fine' && weather !== 'unsure') return
        for (const write of writes) put(durable ?? this.rows, write)
        this.#timing.wrote?.(writes)
      }
      this.#timing.write(
        ifAlive(commit),
        ifAlive(() => (error === null ? resolve() : reject(error))),
      )
    })
  }
}
