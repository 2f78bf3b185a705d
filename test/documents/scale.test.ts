import { expect, test } from 'vitest'
import { simulate } from '../../bench/scale/database.ts'
import { fit } from '../../bench/scale/figures.ts'
import { openHeap } from '../../bench/scale/heap.ts'

const row = (median: number) => ({ at: '', load: 0, part: 'cluster', who: '', what: '', figure: '', median })
const LOAD = { nodes: 2, places: 1, acknowledged: 1, cores: 1, flush: 0.002, perCommit: 0.001, perMessage: 0.000_05 }

/** The same numbers each time, spread evenly enough. */
function spread(): () => number {
  let state = 0
  return () => (state = (state + 0.618_033_988_75) % 1)
}

test('what a commit and a message cost is found from what was measured', () => {
  const batches = new Map([1, 4, 50].map((size) => [String(size), row(size)]))
  const costs = new Map([1, 4, 50].map((size) => [String(size), row((0.003 / size + 0.000_02) * 10_000)]))
  const { perCommit, perMessage } = fit(batches, costs)
  expect(perCommit).toBeCloseTo(0.003, 9)
  expect(perMessage).toBeCloseTo(0.000_02, 9)
})

test('what is to happen comes in its order', () => {
  const heap = openHeap<number>()
  const times = [5, 1, 4, 1, 9, 2, 6]
  for (const time of times) heap.add(time, time)
  expect(times.map(() => heap.take()?.value)).toEqual(times.toSorted((one, other) => one - other))
  expect(heap.take()).toBeNull()
})

test('a database that has nothing to do takes as long as a commit, one with much to do shares them, and one with too much falls behind', () => {
  const quiet = simulate({ ...LOAD, perSecond: 20 }, spread())
  expect(quiet.p50).toBeCloseTo(0.001 + 0.000_025 + 0.002, 4)
  expect(quiet.messagesPerCommit).toBeCloseTo(0.5, 1)
  const many = simulate({ ...LOAD, perSecond: 3_000 }, spread())
  expect(many.messagesPerCommit).toBeGreaterThan(2)
  expect(many.p50).toBeGreaterThan(quiet.p50)
  expect(simulate({ ...LOAD, perSecond: 30_000 }, spread())).toMatchObject({ busy: 1, p99: Infinity })
})
