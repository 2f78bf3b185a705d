import { describe, expect, test } from 'vitest'
import type { Opened } from '../engine/state.ts'
import { Desk, factsOf } from '../engine/testing/desk.ts'
import { readBringing } from './words.ts'
import { readBundle } from './reading.ts'

const ID = '00000000-0000-4000-8000-000000000001'
const OFFER = { type: 'history', step: 'offer', request: ID, from: 'laptop', count: 3 } as const

/** What is written when that comes from somebody, under some mark. */
function heardFrom(sendername: string, more: Partial<Opened> = {}): readonly string[] {
  const desk = new Desk()
  desk.online()
  desk.compose('first', 'bob')
  desk.key('bob', factsOf('key of bob'))
  const frame = { type: 'message', seq: 1, id: ID, sendername, message_text: 'sealed', timestamp: 5 } as const
  desk.tell({ type: 'frame', line: desk.line, frame })
  desk.tell({ type: 'found', batch: desk.state.batches, found: [null] })
  desk.key(sendername, factsOf(sendername === 'me' ? 'my key' : `key of ${sendername}`))
  const opened = { mark: 'verified', reason: null, body: OFFER, at: 5, to: 'me', signedBy: 'x', ...more } as const
  const effects = desk.tell({ type: 'read', batch: desk.state.batches, opened: new Map([[0, opened]]) })
  return effects.flatMap((effect) => (effect.type === 'commit' ? effect.writes.map(({ table }) => table) : []))
}

describe('what is said of a history', () => {
  test('is heard from an own device', () => {
    expect(heardFrom('me')).toContain('bringing')
  })

  test('is not heard from anybody else, nor from whoever has not the account’s key; and is no line either', () => {
    for (const written of [
      heardFrom('bob'),
      heardFrom('me', { mark: 'forged', reason: 'wrong addressee', body: null, claimed: 'history' }),
      heardFrom('me', { mark: 'new key' }),
      heardFrom('me', { mark: 'unsigned', body: null, claimed: 'history' }),
    ]) {
      expect(written).toContain('ids')
      expect(written).not.toContain('bringing')
      expect(written).not.toContain('messages')
    }
  })

  test('of another form is nothing', () => {
    expect(readBringing(OFFER)).toEqual(OFFER)
    for (const wrong of [
      { request: 'x' },
      { count: -1 },
      { count: '3' },
      { from: '../x' },
      { step: 'give' },
      { step: 'part' },
      { step: 'ask' },
    ])
      expect(readBringing({ ...OFFER, ...wrong })).toBeNull()
  })
})

describe('what is brought', () => {
  const line = { kind: 'message', id: ID, sender: 'Bob', own: false, text: 'hello', at: 5, mark: 'verified' }
  const read = (lines: readonly unknown[], name = 'bob') =>
    readBundle(
      {
        v: 1,
        conversations: [{ name, activeAt: 5, compared: true, pinned: null, earlier: [], lifetime: null, lines }],
      },
      'me',
    )?.conversations[0]?.lines

  test('is taken as it is', () => {
    expect(read([line])).toMatchObject([{ text: 'hello', own: false, mark: 'verified' }])
    expect(read([line])?.[0]).not.toHaveProperty('inGroup')
    expect(read([{ ...line, inGroup: true }])).toMatchObject([{ inGroup: true }])
    expect(read([{ ...line, sender: 'me' }])).toMatchObject([{ own: true, mark: null, state: 'accepted' }])
  })

  test('holds nothing that neither of the two wrote, and says nobody’s words are one’s own', () => {
    expect(read([{ ...line, sender: 'mallory' }])).toEqual([])
    expect(read([{ ...line, own: true }])).toMatchObject([{ own: false }])
    expect(
      read([{ ...line, reactions: [{ by: 'mallory', emoji: '👍', place: { seq: 1, sub: 0 } }] }])?.[0],
    ).not.toHaveProperty('reactions')
    expect(read([{ ...line, reactions: [{ by: 'bob', emoji: '👍', place: { seq: 9, sub: 0 } }] }])).toMatchObject([
      { reactions: [{ place: { seq: -1 } }] },
    ])
  })

  test('of another form is left out', () => {
    for (const wrong of [
      null,
      5,
      'x',
      {},
      { ...line, id: '' },
      { ...line, at: -1 },
      { ...line, text: 5 },
      { ...line, kind: 'notice' },
      { ...line, life: 60 },
    ])
      expect(read([wrong])).toEqual([])
    for (const wrong of [null, 5, [], {}, { v: 2, conversations: [] }, { v: 1, conversations: {} }])
      expect(readBundle(wrong, 'me')).toBeNull()
    expect(read([line], '../x')).toBeUndefined()
  })
})
