import type { MessageView } from '@chatnip/sdk'
import { expect, test } from 'vitest'
import { historyAsJson, historyAsText } from './history.ts'

const MESSAGE: MessageView = {
  id: '1',
  sender: 'alice',
  conversation: 'bob',
  own: true,
  text: 'Hello, 🐈\nsecond line',
  at: Date.UTC(2026, 10, 22),
  place: null,
  state: 'accepted',
  refusal: null,
  mark: null,
  details: null,
  edited: null,
  deleted: false,
  quote: null,
  files: [],
  reactions: [],
  changeable: true,
  act: null,
}

const PICTURE = { id: 'secret', name: 'cat.jpg', type: 'image/jpeg', size: 5, picture: null, voice: null }

const WORDS = {
  deleted: 'gone',
  inText: { answer: (name: string, text: string) => `> ${name}: ${text}`, edited: '(edited)' },
}

test('as text, each message has its head and its own words', () => {
  const text = historyAsText([MESSAGE, { ...MESSAGE, own: false, text: 'Hi' }], {
    own: 'alice',
    head: (date, from, to) => `${date} ${from}>${to}`,
    date: () => 'then',
    words: WORDS,
  })
  expect(text).toBe('then alice>bob\nHello, 🐈\nsecond line\n\nthen bob>alice\nHi\n')
})

test('as text, answers, edits, deletions and reactions are told, and what was never sent is not', () => {
  const quote = { sender: 'bob', id: '0', text: 'Coming?', state: 'here' } as const
  const answer: MessageView = { ...MESSAGE, text: 'Yes', edited: 1, quote, reactions: [{ by: 'bob', emoji: '👍' }] }
  const deleted: MessageView = { ...MESSAGE, text: '', deleted: true }
  const text = historyAsText(
    [answer, { ...MESSAGE, text: '', files: [PICTURE] }, deleted, { ...MESSAGE, act: 'edit' }],
    {
      own: 'alice',
      head: () => 'head',
      date: () => '',
      words: WORDS,
    },
  )
  expect(text).toBe('head\n> bob: Coming?\nYes\n(edited)\n👍 bob\n\nhead\n📎 cat.jpg\n\nhead\ngone\n')
})

test('as JSON, every word survives', () => {
  expect(JSON.parse(historyAsJson([{ ...MESSAGE, files: [PICTURE] }], 'alice'))).toEqual({
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
        deleted: false,
        edited: null,
        re: null,
        reactions: [],
        files: [{ name: 'cat.jpg', type: 'image/jpeg', size: 5 }],
      },
    ],
  })
})
