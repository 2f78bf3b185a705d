import type { SealedRows } from '../driver/vault.ts'
import type { FileRow, LogicalKey, Write } from '../engine/rows.ts'
import { handleOf } from './handles.ts'

/**
 * Knows which message on the disk carries which files, so that whatever takes a message away takes them along: each change of a message and
 * what it means for its files are one commit. What nobody carries any more is noted as gone, and removed by the clerk.
 *
 * Rows of `files`: ['line', …] and ['item', …] of a message in `messages` and `outbox`; ['keeping', handle] while the bytes of one that is to be
 * sent are being written; ['gone', handle]. `isOwn` of what is gone: it goes on the server, too.
 */
export class Ledger implements SealedRows {
  readonly #rows: SealedRows
  readonly #onGone: () => void

  constructor(rows: SealedRows, onGone: () => void) {
    this.#rows = rows
    this.#onGone = onGone
  }

  get: SealedRows['get'] = (table, key) => this.#rows.get(table, key)
  scan: SealedRows['scan'] = (table, range) => this.#rows.scan(table, range)

  async commit(writes: readonly Write[]): Promise<void> {
    // Of several writes to one row the last counts.
    const last = new Map(writes.map((write) => [JSON.stringify([write.table, write.key]), write]))
    const found = (await Promise.all([...last.values()].map((write) => this.#entryOf(write)))).flatMap(
      (one) => one ?? [],
    )
    if (found.length === 0) return this.#rows.commit(writes)
    const carried = new Set(found.flatMap(({ now }) => now?.blobs ?? []))
    const gone = found.flatMap(({ before, isOwn }) =>
      (before?.blobs ?? []).flatMap((blob) => (carried.has(blob) ? [] : [{ blob, isOwn }])),
    )
    const more = [
      ...found.map(({ key, now }): Write => ({ table: 'files', key, value: now })),
      ...(await Promise.all([...carried].map(async (blob) => noteOf('keeping', await handleOf(blob), null)))),
      ...(await Promise.all(
        gone.map(async ({ blob, isOwn }) => noteOf('gone', await handleOf(blob), { blobs: [blob], isOwn })),
      )),
    ]
    await this.#rows.commit([...writes, ...more])
    if (gone.length > 0) this.#onGone()
  }

  /** Null: this has nothing to do with files. */
  async #entryOf(write: Write): Promise<Entry | null> {
    if (write.table === 'outbox') {
      const { value } = write
      const key = ['item', ...write.key]
      if (value === null) return this.#taken(key, true)
      return value.files === undefined ? null : carrying(key, value.files, true)
    }
    if (write.table !== 'messages') return null
    const { value } = write
    const key = ['line', ...write.key]
    if (value === null) return this.#taken(key, false)
    if (value.kind !== 'message') return null
    // For everybody: nobody is to have it any more.
    if (value.deleted !== undefined) return this.#taken(key, value.own)
    return value.files === undefined ? null : carrying(key, value.files, value.own)
  }

  async #taken(key: LogicalKey, isOwn: boolean): Promise<Entry | null> {
    const before = await this.#rows.get('files', key)
    return before === null ? null : { key, before, now: null, isOwn }
  }
}

interface Entry {
  readonly key: LogicalKey
  readonly before: FileRow | null
  readonly now: FileRow | null
  readonly isOwn: boolean
}

const carrying = (key: LogicalKey, files: readonly { readonly blob: string }[], isOwn: boolean): Entry => ({
  key,
  before: null,
  now: { blobs: files.map(({ blob }) => blob), isOwn },
  isOwn,
})

export const noteOf = (kind: 'keeping' | 'gone', handle: string, value: FileRow | null): Write => ({
  table: 'files',
  key: [kind, handle],
  value,
})
