import type { MessageView } from '@chatnip/sdk'
import { expect, test } from 'vitest'
import { historyAsJson, historyAsText } from './history.ts'

const MESSAGE: MessageView = {
  id: '1',
  conversation: 'bob',
  own: true,
  text: 'Hello, 🐈\nsecond line',
  at: Date.UTC(2026, 10, 22),
  place: null,
  state: 'accepted',
  refusal: null,
  mark: null,
  details: null,
}

test('as text, each message has its head and its own words', () => {
  const text = historyAsText([MESSAGE, { ...MESSAGE, own: false, text: 'Hi' }], {
    own: 'alice',
    head: (date, from, to) => `${date} ${from}>${to}`,
    date: () => 'then',
  })
  expect(text).toBe('then alice>bob\nHello, 🐈\nsecond line\n\nthen bob>alice\nHi\n')
})

test('as JSON, every word survives', () => {
  expect(JSON.parse(historyAsJson([MESSAGE], 'alice'))).toEqual({
    format: 'chatnip history',
    version: 1,
    account: 'alice',
    messages: [
      {
        id: '1',
        from: 'alice',
        to: 'bob',
        at: '2026-11-22T00:00:00.000Z',
        text: MESSAGE.text,
        state: 'accepted',
        mark: null,
      },
    ],
  })
})
