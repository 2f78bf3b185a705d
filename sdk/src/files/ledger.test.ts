import { beforeEach, expect, test } from 'vitest'
import type { FileInfo } from '../engine/files.ts'
import type { MessageLine, OutboxRow, Write } from '../engine/rows.ts'
import { Vault } from '../driver/vault.ts'
import { MemoryRows } from '../memory.ts'
import { Ledger } from './ledger.ts'

/** Whatever takes a message away takes its files along, in the same commit. */

const blobOf = (letter: string): string => letter.repeat(43)

const file = (letter: string): FileInfo => ({
  blob: blobOf(letter),
  key: blobOf('k'),
  hash: blobOf('h'),
  size: 1,
  name: 'a',
  type: 'a/b',
})

const line = (own: boolean, more: Partial<MessageLine>): MessageLine => ({
  kind: 'message',
  id: 'i',
  sender: 'anna',
  own,
  text: '',
  at: 0,
  state: null,
  mark: null,
  reason: null,
  fingerprint: null,
  knownSince: null,
  ...more,
})

const item = (more: Partial<OutboxRow>): OutboxRow => ({
  order: 1,
  id: 'i',
  to: 'bert',
  text: '',
  at: 0,
  state: 'waiting',
  refusal: null,
  sealed: null,
  ...more,
})

const message = (value: MessageLine | null): Write => ({ table: 'messages', key: [1, 2, 3], value })
const waiting = (value: OutboxRow | null): Write => ({ table: 'outbox', key: [1], value })

let ledger: Ledger
let heard: number

beforeEach(async () => {
  const box = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const index = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  heard = 0
  ledger = new Ledger(new Vault(new MemoryRows(), { box, index }), () => (heard += 1))
})

/** By the letter of the blob: whether it goes on the server too. */
async function gone(): Promise<Readonly<Record<string, boolean>>> {
  const rows = await ledger.scan('files', { from: ['gone'], to: ['gone~'] })
  return Object.fromEntries(rows.flatMap(({ value }) => value.blobs.map((blob) => [blob[0] ?? '', value.isOwn])))
}

test('deleted for everyone: what is one’s own goes on the server too', async () => {
  await ledger.commit([message(line(true, { files: [file('a'), file('b')] }))])
  expect([await gone(), heard]).toEqual([{}, 0])
  await ledger.commit([message(line(true, { deleted: 5 }))])
  expect(await gone()).toEqual({ a: true, b: true })
  expect([await ledger.get('files', ['line', 1, 2, 3]), heard]).toEqual([null, 1])
})

test('by somebody else, faded, or taken away here: from here alone', async () => {
  await ledger.commit([message(line(false, { files: [file('a')] }))])
  await ledger.commit([message(line(false, { deleted: 5 }))])
  expect(await gone()).toEqual({ a: false })
  await ledger.commit([message(line(true, { files: [file('b')] }))])
  await ledger.commit([message(null)])
  expect(await gone()).toEqual({ a: false, b: false })
})

test('what goes from the outbox into the history is carried on; what is tried anew, too; what is discarded is gone', async () => {
  await ledger.commit([waiting(item({ files: [file('a')] }))])
  await ledger.commit([waiting(null), { table: 'outbox', key: [2], value: item({ order: 2, files: [file('a')] }) }])
  await ledger.commit([{ table: 'outbox', key: [2], value: null }, message(line(true, { files: [file('a')] }))])
  expect(await gone()).toEqual({})
  await ledger.commit([waiting(item({ files: [file('b')] }))])
  await ledger.commit([waiting(null)])
  expect(await gone()).toEqual({ b: true })
})
