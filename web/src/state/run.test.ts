import type { MessageView, NoticeView } from '@chatnip/sdk'
import { describe, expect, test } from 'vitest'
import { aroundUnread, MOST, OPENING, placed, putBefore, putBehind, reuse, STEP, trim } from './run.ts'
import type { Run } from './run.ts'

const notice = (seq: number): NoticeView => ({ kind: 'key changed', at: 0, place: { seq, sub: 0 } })
const from = (start: number, end: number) => Array.from({ length: end - start }, (_, index) => notice(start + index))
const run = (items: readonly NoticeView[], ends: Partial<Run> = {}): Run => ({
  items,
  first: false,
  last: true,
  aim: null,
  ...ends,
})

const message = (seq: number, own = false): MessageView => ({
  id: `m${seq}`,
  conversation: 'bob',
  sender: own ? 'alice' : 'bob',
  own,
  text: String(seq),
  at: seq,
  place: { seq, sub: 0 },
  state: own ? 'accepted' : null,
  refusal: null,
  mark: own ? null : 'verified',
  details: null,
})

describe('a stretch of a conversation', () => {
  test('grows at either end, and is never longer than what may be drawn', () => {
    const short = putBefore(run(from(50, 60)), from(30, 50), false)
    expect(short).toEqual(run(from(30, 60)))
    const older = putBefore(run(from(STEP, STEP + MOST)), from(0, STEP), true)
    expect(older).toEqual(run(from(0, MOST), { first: true, last: false }))
    const newer = putBehind(run(from(0, MOST), { first: true, last: false }), from(MOST, MOST + 24), true)
    expect(newer).toEqual(run(from(24, MOST + 24), { first: false }))
  })

  test('read anew it loses what is too much at the end where nobody looks', () => {
    const long = run(from(0, MOST + 5), { first: true })
    expect(trim(long, true)).toEqual(run(from(5, MOST + 5)))
    expect(trim(long, false)).toEqual(run(from(0, MOST), { first: true, last: false }))
  })

  test('keeps the very objects of what did not change', () => {
    const old = [message(1), message(2, true)]
    const fresh = reuse(old, [message(1), { ...message(2, true), state: 'expired' }, message(3)])
    expect(fresh.map((item) => old.some((before) => before === item))).toEqual([true, false, false])
    expect(fresh[1]).toMatchObject({ state: 'expired' })
  })

  test('what waits in the outbox has no place', () => {
    expect(placed([message(1), { ...message(2, true), place: null }])).toBe(1)
  })
})

describe('the first of the new messages', () => {
  test('is one of somebody else', () => {
    const items = [message(1), message(2, true), message(3), message(4, true)]
    expect(aroundUnread(items, 1, true)?.key).toBe('bob m3')
    expect(aroundUnread(items, 2, true)?.key).toBe('bob m1')
    expect(aroundUnread(items, 9, true)?.key).toBe('bob m1')
    expect(aroundUnread(items, 0, true)).toBeNull()
    expect(aroundUnread([message(2, true)], 1, true)).toBeNull()
  })

  test('is shown with some before it, however many come after', () => {
    const items = Array.from({ length: 1_000 }, (_, index) => message(index))
    const far = aroundUnread(items, 900, true)
    expect(far).toMatchObject({ key: 'bob m100', first: false, last: false, aim: 'unread' })
    expect(far?.items.map(({ at }) => at)).toEqual(Array.from({ length: OPENING + STEP }, (_, i) => 100 - STEP + i))
    const near = aroundUnread(items, 1, true)
    expect(near).toMatchObject({ key: 'bob m999', last: true })
    expect(near?.items).toHaveLength(OPENING)
  })
})
