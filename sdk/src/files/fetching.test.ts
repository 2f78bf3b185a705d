import { expect, test } from 'vitest'
import { ChatnipError } from '@chatnip/protocol'
import { Vault } from '../driver/vault.ts'
import type { FileInfo } from '../engine/files.ts'
import type { MessageLine } from '../engine/rows.ts'
import { MemoryRows } from '../memory.ts'
import { NodeTransport } from '../node/transport.ts'
import { Fetching } from './fetching.ts'
import { Ledger } from './ledger.ts'
import { boxOf, PartsHash } from './parts.ts'
import { Shelf } from './shelf.ts'

const BLOB = 'b'.repeat(43)
const KEY = 'k'.repeat(42) + 'A'
const OTHER_KEY = 'm'.repeat(42) + 'A'

/** A server that still has the file, or has forgotten it. */
class Line extends NodeTransport {
  sealed: Uint8Array | null = null

  override async downloadBlob(_id: string, offset: number): Promise<Uint8Array> {
    if (this.sealed === null) throw new ChatnipError('not_found')
    return this.sealed.slice(offset)
  }
}

const line = (sender: string, file: FileInfo): MessageLine => ({
  kind: 'message',
  id: 'i',
  sender,
  own: false,
  text: '',
  at: 0,
  state: null,
  mark: null,
  reason: null,
  fingerprint: null,
  knownSince: null,
  files: [file],
})

test('a message that carries another one’s file under a wrong key is damaged, and leaves that one whole', async () => {
  const box = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const index = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const rows = new MemoryRows()
  const vault = new Ledger(new Vault(rows, { box, index }), () => undefined)
  const transport = new Line('http://127.0.0.1:1')
  const driver = { state: { outbox: [] } }
  const shelf = new Shelf(rows)
  const fetching = new Fetching({ vault, shelf, transport, driver, own: { username: 'me' }, moved: () => undefined })

  const bare = { blob: BLOB, key: KEY, size: 2, name: 'a', type: 'a/b' }
  const sealed = await (await boxOf(bare)).seal(0, Uint8Array.of(7, 8))
  const hash = new PartsHash()
  await hash.add(sealed)
  const file = { ...bare, hash: await hash.end() }
  const come = (sender: string, n: number, told: FileInfo) =>
    vault.commit([
      { table: 'messages', key: [1, n, 0], value: line(sender, told) },
      { table: 'ids', key: [sender, 'i'], value: { line: [1, n, 0] } },
    ])
  const open = (sender: string) => fetching.open({ sender, id: 'i' }, BLOB)

  await come('anna', 1, file)
  transport.sealed = sealed
  expect((await open('anna')).outcome).toBe('here')
  await come('mallory', 2, { ...file, key: OTHER_KEY })
  expect((await open('mallory')).outcome).toBe('damaged')
  // What else somebody may have put there since.
  transport.sealed = await (await boxOf({ ...bare, key: OTHER_KEY })).seal(0, Uint8Array.of(6, 6))
  expect((await open('mallory')).outcome).toBe('damaged')
  transport.sealed = null
  const kept = await open('anna')
  expect(kept.outcome === 'here' ? [...new Uint8Array(await kept.data.arrayBuffer())] : kept).toEqual([7, 8])

  // On its own what is damaged is not kept.
  await vault.commit([{ table: 'messages', key: [1, 2, 0], value: null }])
  await shelf.put(BLOB, 0, Uint8Array.of(1))
  transport.sealed = Uint8Array.from(sealed, (byte, at) => (at === 20 ? byte ^ 1 : byte))
  expect((await open('anna')).outcome).toBe('damaged')
  expect(await shelf.get(BLOB, 0)).toBeNull()
})
