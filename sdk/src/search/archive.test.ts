import { expect, test } from 'vitest'
import { makeBox } from '@chatnip/crypto'
import { Vault } from '../driver/vault.ts'
import { MemoryRows } from '../memory.ts'
import type { MessageLine, Write } from '../engine/rows.ts'
import type { Range, Row } from '../ports.ts'
import { Archive } from './archive.ts'

/** Rows that are away now and then. */
class MovableRows extends MemoryRows {
  isAway = false

  override scan(table: string, range: Range): Promise<readonly Row[]> {
    return this.isAway ? Promise.reject(new Error('The storage is away.')) : super.scan(table, range)
  }
}

const line = (text: string): MessageLine => ({
  kind: 'message',
  id: text,
  sender: 'bob',
  own: false,
  text,
  at: 1,
  state: null,
  mark: 'verified',
  reason: null,
  fingerprint: null,
  knownSince: null,
})

const write = (number: number, seq: number, text: string | null): Write => ({
  table: 'messages',
  key: [number, seq, 0],
  value: text === null ? null : line(text),
})

async function archiveOver(rows: MovableRows) {
  const key = await makeBox()
  const index = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  let wake = () => {}
  const vault = new Vault(rows, { box: key, index })
  const archive = new Archive(vault, () => wake())
  const rowsWatched = {
    commit: async (writes: readonly Write[]) => {
      await vault.commit(writes)
      archive.hear(writes)
    },
  }
  const places = (word: string) =>
    archive
      .find({ words: [word], number: null, before: null, limit: 9 })
      .map(({ number, place }) => [number, place.seq])
  const read = (...numbers: readonly number[]) =>
    new Promise<void>((resolve) => {
      wake = () => {
        if (archive.isComplete) resolve()
      }
      archive.open(numbers)
    })
  return { archive, rowsWatched, places, read }
}

test('a conversation with a damaged row is told of, and the others are searched', async () => {
  const rows = new MovableRows()
  const { archive, rowsWatched, places, read } = await archiveOver(rows)
  await rowsWatched.commit([write(1, 1, 'cat'), write(2, 2, 'cat')])
  const [row] = await rows.scan('messages', { from: [1], to: [2] })
  if (row === undefined) throw new Error('The row is not there.')
  await rows.commit({ put: [{ ...row, blob: row.blob.toReversed() }], delete: [] })
  await read(1, 2)
  expect(archive.isDamaged).toBe(true)
  expect(places('cat')).toEqual([[2, 2]])
})

test('when the storage goes away nothing stays that may be deleted meanwhile, and the next search reads anew', async () => {
  const rows = new MovableRows()
  const { archive, rowsWatched, places, read } = await archiveOver(rows)
  await rowsWatched.commit([write(1, 1, 'secret'), write(2, 2, 'cat')])
  rows.isAway = true
  archive.open([1, 2])
  await rowsWatched.commit([write(1, 3, 'secret too')])
  await new Promise((resolve) => setImmediate(resolve))
  expect(places('secret')).toEqual([])
  rows.isAway = false
  await rowsWatched.commit([write(1, 1, null)])
  await read(1, 2)
  expect(archive.isDamaged).toBe(false)
  expect(places('secret')).toEqual([[1, 3]])
})
