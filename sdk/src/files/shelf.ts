import { MOST_FILE_BYTES } from '../engine/files.ts'
import type { Key, RowStore } from '../ports.ts'
import { handleOf } from './handles.ts'
import { partsOf } from './parts.ts'

const TABLE = 'parts'
const MOST_PARTS = partsOf({ size: MOST_FILE_BYTES })

/** Sealed parts of files on this device's disk. They are ciphertext already, under keys that stand in sealed messages. */
export class Shelf {
  readonly #rows: RowStore

  constructor(rows: RowStore) {
    this.#rows = rows
  }

  async put(blob: string, n: number, sealed: Uint8Array): Promise<void> {
    await this.#rows.commit({ put: [{ table: TABLE, key: [await handleOf(blob), n], blob: sealed }], delete: [] })
  }

  async get(blob: string, n: number): Promise<Uint8Array | null> {
    return this.#rows.get(TABLE, [await handleOf(blob), n])
  }

  /** Whichever of them are there. */
  async remove(blob: string): Promise<void> {
    const handle = await handleOf(blob)
    const keys = Array.from({ length: MOST_PARTS }, (_, n): Key => [handle, n])
    await this.#rows.commit({ put: [], delete: keys.map((key) => ({ table: TABLE, key })) })
  }
}
