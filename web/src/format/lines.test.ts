import type { MessageView } from '@chatnip/sdk'
import { describe, expect, test } from 'vitest'
import { layOut } from './lines.ts'
import type { LogItem } from './lines.ts'

const NOON = new Date(2026, 10, 22, 12).getTime()
const MINUTE = 60_000

const message = (id: string, at: number, own = false, sender = own ? 'alice' : 'bob'): MessageView => ({
  id,
  conversation: 'bob',
  sender,
  own,
  text: id,
  at,
  place: { seq: 1, sub: 0 },
  state: own ? 'accepted' : null,
  refusal: null,
  mark: own ? null : 'verified',
  details: null,
})

const shape = (items: readonly LogItem[], unread: string | null = null) =>
  layOut(items, unread).map((line) =>
    line.kind === 'bubble' ? `${line.message.id}${line.first ? '<' : ''}${line.last ? '>' : ''}` : line.kind,
  )

describe('the message log', () => {
  test('messages of one sender within five minutes stand together', () => {
    expect(
      shape([
        message('a', NOON),
        message('b', NOON + MINUTE),
        message('c', NOON + 7 * MINUTE),
        message('d', NOON + 8 * MINUTE, true),
      ]),
    ).toEqual(['day', 'a<', 'b>', 'c<>', 'd<>'])
  })

  test('in a group of many those of different people do not', () => {
    const items = [message('a', NOON), message('b', NOON + MINUTE, false, 'carol'), message('c', NOON + 2 * MINUTE)]
    expect(shape(items)).toEqual(['day', 'a<>', 'b<>', 'c<>'])
  })

  test('a new day begins with its line', () => {
    const nextDay = new Date(2026, 10, 23, 0, 1).getTime()
    expect(shape([message('a', nextDay - 2 * MINUTE), message('b', nextDay)])).toEqual(['day', 'a<>', 'day', 'b<>'])
  })

  test('a notice and the unread line part a row', () => {
    const notice: LogItem = { kind: 'key changed', at: NOON, place: { seq: 2, sub: 0 } }
    expect(shape([message('a', NOON), notice, message('b', NOON)])).toEqual(['day', 'a<>', 'notice', 'b<>'])
    expect(shape([message('a', NOON), message('b', NOON)], 'bob b')).toEqual(['day', 'a<>', 'unread', 'b<>'])
  })
})
