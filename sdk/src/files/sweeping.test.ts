import { beforeEach, expect, test } from 'vitest'
import { Vault } from '../driver/vault.ts'
import type { FileRow, LogicalKey } from '../engine/rows.ts'
import { MemoryRows } from '../memory.ts'
import { NodeTransport } from '../node/transport.ts'
import { handleOf } from './handles.ts'
import { noteOf } from './ledger.ts'
import { Shelf } from './shelf.ts'
import { takeAway } from './sweeping.ts'
import type { SweepDesk } from './sweeping.ts'

/** What is taken away from this device's disk, and what stays because another message has it. */

const BLOB = 'b'.repeat(43)

let desk: SweepDesk
beforeEach(async () => {
  const box = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const index = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const rows = new MemoryRows()
  const vault = new Vault(rows, { box, index })
  desk = {
    vault,
    shelf: new Shelf(rows),
    transport: new NodeTransport('http://127.0.0.1:1'),
    driver: { state: { line: { phase: 'offline' } }, write: (writes) => vault.commit(writes) },
  }
  await desk.shelf.put(BLOB, 0, Uint8Array.of(1))
})

const carry = (key: LogicalKey, isOwn: boolean): Promise<void> =>
  desk.driver.write([{ table: 'files', key, value: { blobs: ['a'.repeat(43), BLOB], isOwn } }])

/** One message that carried it is not there any more. @returns what is left of the bytes and of the note */
async function after(isOwn: boolean): Promise<{ readonly bytes: boolean; readonly note: FileRow | null }> {
  const handle = await handleOf(BLOB)
  await desk.driver.write([noteOf('gone', handle, { blobs: [BLOB], isOwn })])
  await takeAway(desk)
  return { bytes: (await desk.shelf.get(BLOB, 0)) !== null, note: await desk.vault.get('files', ['gone', handle]) }
}

test('what no message carries goes', async () => {
  expect(await after(false)).toEqual({ bytes: false, note: null })
})

test('what another message carries stays: nobody can take it away by carrying it too', async () => {
  for (const key of [
    ['line', 1, 2, 3],
    ['item', 1],
    ['keeping', await handleOf(BLOB)],
  ]) {
    await carry(key, false)
    expect(await after(false)).toEqual({ bytes: true, note: null })
    await desk.driver.write([{ table: 'files', key, value: null }])
  }
  expect(await after(false)).toEqual({ bytes: false, note: null })
})

test('one’s own leaves the server although others carry it, unless another message of one’s own does', async () => {
  await carry(['line', 1, 2, 3], false)
  // It waits for the line.
  expect(await after(true)).toMatchObject({ bytes: true, note: { isOwn: true } })
  await carry(['line', 1, 2, 4], true)
  expect(await after(true)).toEqual({ bytes: true, note: null })
})
