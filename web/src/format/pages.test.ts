import { expect, test } from 'vitest'
import type { LogItem } from './groups.ts'
import { mergeLatest, replaceBetween } from './pages.ts'

const notice = (seq: number): LogItem => ({ kind: 'key changed', at: 0, place: { seq, sub: 0 } })
const from = (start: number, end: number) => Array.from({ length: end - start }, (_, index) => notice(start + index))

test('what was read before the latest page stays, what it covers is replaced', () => {
  expect(mergeLatest(from(0, 150), from(60, 160))).toEqual(from(0, 160))
})

test('a page that is not full is everything: after a deletion nothing old stays', () => {
  expect(mergeLatest(from(0, 150), from(149, 150))).toEqual(from(149, 150))
  expect(mergeLatest(from(0, 150), [])).toEqual([])
})

test('what lies between two places is replaced, what stands around it stays', () => {
  const range = { from: { seq: 2, sub: 0 }, to: { seq: 5, sub: 0 } }
  const changed = { ...notice(3), at: 7 }
  expect(replaceBetween(from(0, 8), [notice(2), changed], range)).toEqual([...from(0, 3), changed, ...from(5, 8)])
})

test('when nothing changed between them the list stays the very same, so that nothing is drawn again', () => {
  const old = from(0, 8)
  expect(replaceBetween(old, from(2, 5), { from: { seq: 2, sub: 0 }, to: { seq: 5, sub: 0 } })).toBe(old)
})
