import { describe, expect, test } from 'vitest'
import type { Effect } from './events.ts'
import type { Found, Opened } from './state.ts'
import { Desk, factsOf } from './testing/desk.ts'

const VERIFIED: Opened = {
  mark: 'verified',
  reason: null,
  body: { type: 'text', text: 'hello' },
  at: 5,
  to: 'me',
  signedBy: 'key of bob',
}

function arrive(desk: Desk, seq: number, id: string, sendername = 'bob'): readonly Effect[] {
  const frame = { type: 'message', seq, id, sendername, message_text: 'sealed', timestamp: 5 } as const
  return desk.tell({ type: 'frame', line: desk.line, frame })
}

const find = (desk: Desk, ...found: readonly (Found | null)[]): readonly Effect[] =>
  desk.tell({ type: 'found', batch: desk.state.batches, found })

const read = (desk: Desk, ...opened: readonly Opened[]): readonly Effect[] =>
  desk.tell({ type: 'read', batch: desk.state.batches, opened: new Map(opened.entries()) })

const kinds = (effects: readonly Effect[]): readonly string[] =>
  effects.map((effect) => (effect.type === 'send' ? JSON.stringify(effect.frame) : effect.type))

describe('a message from somebody new', () => {
  test('waits for the key, is opened, committed, and only then acknowledged and told', () => {
    const desk = new Desk()
    desk.online()
    expect(kinds(arrive(desk, 1, 'a'))).toEqual(['find'])
    expect(find(desk, null)).toEqual([{ type: 'look up', name: 'bob', line: desk.line }])
    expect(kinds(desk.key('bob', factsOf('key of bob')))).toEqual(['open'])
    const effects = kinds(read(desk, VERIFIED))
    expect(effects[0]).toBe('commit')
    expect(effects.slice(1)).toEqual(['{"type":"ack","upto":1}', 'notify', 'notify', 'notify', 'notify'])
    expect(desk.state.peers.get('bob')).toMatchObject({ unread: 1, pinned: { publicKey: 'key of bob' } })
  })

  test('waits on when the key cannot be had, and asks again later', () => {
    const desk = new Desk()
    desk.online()
    arrive(desk, 1, 'a')
    find(desk, null)
    const result = { outcome: 'unavailable' } as const
    expect(kinds(desk.tell({ type: 'looked up', line: desk.line, name: 'bob', result }))).toEqual(['timer'])
    expect(desk.tell({ type: 'timer', name: 'ask' })).toEqual([{ type: 'look up', name: 'bob', line: desk.line }])
  })
})

test('what was seen before is acknowledged and shown no more, whatever its seq', () => {
  const desk = new Desk()
  desk.online()
  arrive(desk, 9, 'a')
  const effects = find(desk, { row: { line: null }, line: null })
  expect(kinds(effects)).toEqual(['commit', '{"type":"ack","upto":9}'])
  expect(desk.state.peers.size).toBe(0)
})

test('a wrong signature is checked against the key that the sender has now, before it is called forged', () => {
  const desk = new Desk()
  desk.online()
  arrive(desk, 1, 'a')
  find(desk, null)
  desk.key('bob', factsOf('key of bob'))
  read(desk, VERIFIED)
  arrive(desk, 2, 'b')
  find(desk, null)
  const wrong: Opened = { ...VERIFIED, mark: 'forged', reason: 'signature wrong', body: null, to: null, signedBy: null }
  expect(read(desk, wrong)).toEqual([{ type: 'look up', name: 'bob', line: desk.line }])
  const again = desk.key('bob', factsOf('new key of bob'))
  // Asking has pinned the new key; the message that came with it is still checked against the one that was known.
  const keys = { pinned: 'key of bob', presented: 'new key of bob' }
  expect(again.find((effect) => effect.type === 'open')?.items[0]).toMatchObject(keys)
  read(desk, wrong)
  const rows = desk.effects.flatMap((effect) => (effect.type === 'commit' ? effect.writes : []))
  const line = rows.findLast(({ table, key }) => table === 'messages' && key[1] === 2)
  expect(line?.value).toMatchObject({ mark: 'forged', text: '' })
})

test('what neither the known nor the present key signed is checked against the keys before', () => {
  const desk = new Desk()
  desk.online()
  arrive(desk, 1, 'a')
  find(desk, null)
  desk.key('bob', factsOf('first'))
  read(desk, VERIFIED)
  desk.key('bob', factsOf('second'))
  arrive(desk, 2, 'b')
  find(desk, null)
  const wrong: Opened = { ...VERIFIED, mark: 'forged', reason: 'signature wrong', body: null, to: null, signedBy: null }
  read(desk, wrong)
  const again = desk.key('bob', factsOf('second'))
  const keys = { pinned: 'second', presented: 'second', earlier: ['first'] }
  expect(again.find((effect) => effect.type === 'open')?.items[0]).toMatchObject(keys)
  read(desk, { ...VERIFIED, mark: 'earlier key', signedBy: 'first' })
  const rows = desk.effects.flatMap((effect) => (effect.type === 'commit' ? effect.writes : []))
  const line = rows.findLast(({ table, key }) => table === 'messages' && key[1] === 2)
  expect(line?.value).toMatchObject({ mark: 'earlier key', fingerprint: 'first', knownSince: null })
  expect(desk.state.peers.get('bob')).toMatchObject({ pinned: { publicKey: 'second' }, earlier: ['first'] })
})

test('earlier keys are tried at once when the present one was learnt while the batch waited for another', () => {
  const desk = new Desk()
  desk.online()
  arrive(desk, 1, 'a')
  find(desk, null)
  desk.key('bob', factsOf('first'))
  arrive(desk, 2, 'b', 'carol')
  arrive(desk, 3, 'c')
  read(desk, VERIFIED)
  find(desk, null, null)
  desk.key('bob', factsOf('second'))
  const effects = desk.key('carol', factsOf('key of carol'))
  const items = effects.find((effect) => effect.type === 'open')?.items
  expect(items?.[1]).toMatchObject({ from: 'bob', pinned: 'second', presented: 'second', earlier: ['first'] })
})

test('a presented key vouches for earlier ones when it is the first or the pinned one, not while it waits for the person’s word', () => {
  const wrong: Opened = { ...VERIFIED, mark: 'forged', reason: 'signature wrong', body: null, to: null, signedBy: null }
  const voucherOf = (effects: readonly Effect[]) =>
    effects.find((effect) => effect.type === 'open')?.items.map(({ voucher }) => voucher)
  const desk = new Desk()
  desk.online()
  arrive(desk, 1, 'a')
  find(desk, null)
  expect(voucherOf(desk.key('bob', factsOf('first')))).toEqual(['first'])
  read(desk, VERIFIED)
  arrive(desk, 2, 'b')
  expect(voucherOf(find(desk, null))).toEqual([null])
  read(desk, wrong)
  expect(voucherOf(desk.key('bob', factsOf('second')))).toEqual(['second'])
  read(desk, wrong)
  desk.tell({ type: 'call', ticket: 1, call: { type: 'set compared', name: 'bob', compared: true } })
  arrive(desk, 3, 'c')
  find(desk, null)
  read(desk, wrong)
  expect(voucherOf(desk.key('bob', factsOf('third')))).toEqual([null])
})

test('a message that this device cannot open is kept on the server when the account has other keys now', () => {
  const desk = new Desk()
  desk.online()
  arrive(desk, 1, 'a')
  find(desk, null)
  desk.key('bob', factsOf('key of bob'))
  read(desk, { ...VERIFIED, mark: 'forged', reason: 'not readable', body: null, to: null, signedBy: null })
  const effects = desk.key('me', factsOf('other keys'))
  expect(desk.state.line.phase).toBe('signed out')
  expect(kinds(effects).some((kind) => kind.includes('ack'))).toBe(false)
})

test('a copy of what another own device sent stands in the conversation that it was sent to', () => {
  const desk = new Desk()
  desk.online()
  arrive(desk, 1, 'a', 'me')
  find(desk, null)
  read(desk, { ...VERIFIED, to: 'bob', signedBy: 'my key' })
  expect(desk.state.peers.get('bob')).toMatchObject({ unread: 0, last: { line: { own: true, state: 'accepted' } } })
})

test('a plain text in one’s own name proves nothing: it is shown as received, unsigned', () => {
  const desk = new Desk()
  desk.online()
  arrive(desk, 1, 'a', 'me')
  find(desk, null)
  read(desk, { ...VERIFIED, mark: 'unsigned', reason: 'plain text', to: null, signedBy: null })
  expect(desk.state.peers.get('me')).toMatchObject({ unread: 1, last: { line: { own: false, mark: 'unsigned' } } })
})

test('an own message that expired says so; a copy for an own device does not', () => {
  const desk = new Desk()
  desk.online()
  desk.compose('m', 'bob')
  desk.seal(desk.key('bob', factsOf('key of bob')))
  desk.tell({ type: 'frame', line: desk.line, frame: { type: 'sent', id: 'm', after: 0 } })
  const rows = desk.effects.flatMap((effect) => (effect.type === 'commit' ? effect.writes : []))
  const row = rows.find(({ table }) => table === 'messages')
  if (row?.table !== 'messages' || row.value === null) throw new Error('It was not stored.')
  const found: Found = { row: { line: row.key }, line: row.value }
  desk.tell({ type: 'frame', line: desk.line, frame: { type: 'expired', seq: 1, id: 'm', destname: 'me' } })
  find(desk, found)
  expect(desk.state.peers.get('bob')?.last?.line.state).toBe('accepted')
  desk.tell({ type: 'frame', line: desk.line, frame: { type: 'expired', seq: 2, id: 'm', destname: 'bob' } })
  find(desk, found)
  expect(desk.state.peers.get('bob')?.last?.line.state).toBe('expired')
  expect(desk.state.peers.get('bob')?.expired).toBe(1)
})

test('a server that tells an expiry twice does not make two of it', () => {
  const desk = new Desk()
  desk.online()
  desk.compose('m', 'bob')
  desk.compose('n', 'bob')
  desk.seal(desk.key('bob', factsOf('key of bob')))
  for (const id of ['m', 'n']) desk.tell({ type: 'frame', line: desk.line, frame: { type: 'sent', id, after: 0 } })
  const rows = desk.effects.flatMap((effect) => (effect.type === 'commit' ? effect.writes : []))
  const founds = rows.flatMap((row): Found[] =>
    row.table === 'messages' && row.value !== null ? [{ row: { line: row.key }, line: row.value }] : [],
  )
  const [m, n] = founds
  if (m === undefined || n === undefined) throw new Error('They were not stored.')
  const expire = (seq: number, id: string) =>
    desk.tell({ type: 'frame', line: desk.line, frame: { type: 'expired', seq, id, destname: 'bob' } })
  expire(1, 'm')
  // These three wait for the first and are one batch.
  expire(2, 'n')
  expire(3, 'm')
  expire(4, 'n')
  find(desk, m)
  const expired = m.line?.kind === 'message' ? { ...m.line, state: 'expired' as const } : null
  find(desk, n, { ...m, line: expired }, n)
  expect(desk.state.peers.get('bob')?.expired).toBe(2)
})
