import fc from 'fast-check'
import { expect, test } from 'vitest'
import { both, countOf, holds, joined, numbersOf, readSpans, span, without } from './spans.ts'
import type { Spans } from './spans.ts'

const MOST = 30
const setOf = (spans: Spans) => numbersOf(spans, 1_000)
const some: fc.Arbitrary<Spans> = fc
  .uniqueArray(fc.integer({ min: 1, max: MOST }), { maxLength: MOST })
  .map((list) => list.toSorted((a, b) => a - b).reduce<Spans>((all, n) => joined(all, [[n, n]]), []))

test('spans are sets of numbers', () => {
  fc.assert(
    fc.property(some, some, (one, other) => {
      const [a, b] = [new Set(setOf(one)), new Set(setOf(other))]
      expect(setOf(without(one, other))).toEqual([...a].filter((n) => !b.has(n)))
      expect(setOf(both(one, other))).toEqual([...a].filter((n) => b.has(n)))
      expect(setOf(joined(one, other))).toEqual([...new Set([...a, ...b])].toSorted((x, y) => x - y))
      expect(countOf(one)).toBe(a.size)
      for (let n = 0; n <= MOST + 1; n += 1) expect(holds(one, n)).toBe(a.has(n))
    }),
  )
})

test('what is read is in order, bounded and whole', () => {
  expect(readSpans([])).toEqual([])
  expect(readSpans([[1, 1], [3, 2 ** 31]])).toEqual([[1, 1], [3, 2 ** 31]]) // prettier-ignore
  const wrong = [null, {}, '1', [1], [[1]], [[1, 2, 3]], [[0, 1]], [[2, 1]], [[1, 2], [2, 3]], [[1, 2.5]], [[1, 2 ** 31 + 1]], [['1', 2]], [[1, Infinity]]] // prettier-ignore
  for (const one of wrong) expect(readSpans(one)).toBeNull()
  expect(readSpans(Array.from({ length: 65 }, (_, i) => [2 * i + 1, 2 * i + 1]))).toBeNull()
})

test('huge spans cost nothing', () => {
  expect(numbersOf(span(1, 2 ** 31), 3)).toEqual([1, 2, 3])
  expect(without(span(1, 2 ** 31), [[5, 5]])).toEqual([[1, 4], [6, 2 ** 31]]) // prettier-ignore
})
