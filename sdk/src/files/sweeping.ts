import { deleteBlob } from '../blobs/store.ts'
import type { ClerkDesk } from './clerk.ts'

/** The rows of one kind: a key that begins with `gone` stands before `gone~`. */
const rowsOf = ({ vault }: ClerkDesk, kind: 'gone' | 'keeping') =>
  vault.scan('files', { from: [kind], to: [`${kind}~`] })

/** The bytes of what no message carries any more. What can't be taken from the server now is left for the next time. */
export async function takeAway(desk: ClerkDesk): Promise<void> {
  const { driver, shelf, transport } = desk
  for (const { key, value } of await rowsOf(desk, 'gone')) {
    for (const blob of value.blobs) await shelf.remove(blob)
    if (value.isOwn && driver.state.line.phase !== 'online') continue
    for (const blob of value.isOwn ? value.blobs : []) await deleteBlob(transport, blob)
    await driver.write([{ table: 'files', key, value: null }])
  }
}

/** What an earlier run of the app was keeping when it ended. */
export async function removeLeftovers(desk: ClerkDesk): Promise<void> {
  for (const { key, value } of await rowsOf(desk, 'keeping')) {
    for (const blob of value.blobs) await desk.shelf.remove(blob)
    await desk.driver.write([{ table: 'files', key, value: null }])
  }
}
