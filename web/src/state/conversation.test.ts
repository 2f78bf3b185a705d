import { expect, test } from 'vitest'
import type { LogItem } from '../format/groups.ts'
import { mergeLatest } from './conversation.ts'

const notice = (seq: number): LogItem => ({ kind: 'key changed', at: 0, place: { seq, sub: 0 } })
const from = (start: number, end: number) => Array.from({ length: end - start }, (_, index) => notice(start + index))

test('what was read before the latest page stays, what it covers is replaced', () => {
  expect(mergeLatest(from(0, 150), from(60, 160))).toEqual(from(0, 160))
})

test('a page that is not full is everything: after a deletion nothing old stays', () => {
  expect(mergeLatest(from(0, 150), from(149, 150))).toEqual(from(149, 150))
  expect(mergeLatest(from(0, 150), [])).toEqual([])
})
