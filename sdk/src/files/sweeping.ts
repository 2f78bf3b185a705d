import { deleteBlob } from '../blobs/store.ts'
import type { Driver } from '../driver/driver.ts'
import type { SealedRows } from '../driver/vault.ts'
import type { BlobTransport } from '../ports.ts'
import type { Shelf } from './shelf.ts'

export interface SweepDesk {
  readonly vault: SealedRows
  readonly shelf: Shelf
  readonly transport: BlobTransport
  readonly driver: Pick<Driver, 'write'> & { readonly state: { readonly line: { readonly phase: string } } }
}

/** The rows of one kind: a key that begins with `gone` stands before `gone~`. */
const rowsOf = ({ vault }: SweepDesk, kind: 'gone' | 'keeping') =>
  vault.scan('files', { from: [kind], to: [`${kind}~`] })

/** The rows of messages that carry files, and of what is being kept for one: `item`, `keeping`, `line`. */
const carryingRows = (vault: SealedRows) => vault.scan('files', { from: ['item'], to: ['line~'] })

/** In how many messages a blob stands. Whoever got one can write it into a message of their own, which has no say over the others. */
export async function carriersOf(vault: SealedRows, blob: string): Promise<number> {
  return (await carryingRows(vault)).filter(({ value }) => value.blobs.includes(blob)).length
}

/**
 * The bytes of what no message carries any more. What can't be taken from the server now is left for the next time. What was carried twice stays
 * here as long as one message has it, and on the server as long as one of this account's has.
 */
export async function takeAway(desk: SweepDesk): Promise<void> {
  const { driver, shelf, transport, vault } = desk
  const gone = await rowsOf(desk, 'gone')
  if (gone.length === 0) return
  const rows = await carryingRows(vault)
  const carried = new Set(rows.flatMap(({ value }) => value.blobs))
  const carriedByOwn = new Set(rows.flatMap(({ value }) => (value.isOwn ? value.blobs : [])))
  for (const { key, value } of gone) {
    for (const blob of value.blobs) if (!carried.has(blob)) await shelf.remove(blob)
    const onServer = value.isOwn ? value.blobs.filter((blob) => !carriedByOwn.has(blob)) : []
    if (onServer.length > 0 && driver.state.line.phase !== 'online') continue
    for (const blob of onServer) await deleteBlob(transport, blob)
    await driver.write([{ table: 'files', key, value: null }])
  }
}

/** What an earlier run of the app was keeping when it ended. */
export async function removeLeftovers(desk: SweepDesk): Promise<void> {
  for (const { key, value } of await rowsOf(desk, 'keeping')) {
    for (const blob of value.blobs) await desk.shelf.remove(blob)
    await desk.driver.write([{ table: 'files', key, value: null }])
  }
}
