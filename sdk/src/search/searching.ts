import type { SealedRows } from '../driver/vault.ts'
import type { State } from '../engine/state.ts'
import type { Found, SearchOptions } from '../messenger.ts'
import type { Archive } from './archive.ts'

/** Searches the local history. What it needs for that is loaded when somebody searches for the first time. */
export class Searching {
  readonly #rows: SealedRows
  readonly #onRead: () => void
  #archive: Archive | null = null

  /** @param onRead called whenever more of the history can be searched */
  constructor(rows: SealedRows, onRead: () => void) {
    this.#rows = rows
    this.#onRead = onRead
  }

  /** The same rows; what is written through them is searched as well. */
  watched(): SealedRows {
    const rows = this.#rows
    return {
      get: (table, key) => rows.get(table, key),
      scan: (table, range) => rows.scan(table, range),
      commit: async (writes) => {
        await rows.commit(writes)
        this.#archive?.hear(writes)
      },
    }
  }

  /** See `Messenger.search`. @param stateOf what is known at that moment */
  async search(stateOf: () => State, query: string, options: SearchOptions): Promise<Found> {
    const { makeArchive, searchHistory } = await import('./search.ts')
    this.#archive ??= makeArchive(this.#rows, this.#onRead)
    return searchHistory({ archive: this.#archive, vault: this.#rows, state: stateOf() }, query, options)
  }
}
