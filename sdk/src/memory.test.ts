import { expect, test } from 'vitest'
import { compareKeys, MemoryRows } from './memory.ts'
import type { Key } from './ports.ts'

test('keys are ordered as IndexedDB orders them', () => {
  const inOrder: readonly Key[] = [[], [1], [1, 0], [1, 0, 5], [1, 2], [2], [10], ['a'], ['a', 1], ['a', 'a'], ['b']]
  expect(inOrder.toReversed().toSorted(compareKeys)).toEqual(inOrder)
})

test('what was not flushed is gone after a power cut, all of a commit or none', async () => {
  let release = () => {}
  const flush = () => new Promise<void>((resolve) => (release = resolve))
  const rows = new MemoryRows({ flush })
  const blob = Uint8Array.of(1)
  const put = [1, 2].map((number) => ({ table: 't', key: [number], blob }))
  const committed = rows.commit({ put, delete: [] })
  expect(rows.durable()).toEqual([])
  release()
  await committed
  expect(rows.durable()).toHaveLength(2)
  expect(await new MemoryRows({ rows: rows.durable() }).scan('t', { from: [2] })).toHaveLength(1)
  expect(await rows.scan('t', { reverse: true, limit: 1 })).toMatchObject([{ key: [2] }])
})
