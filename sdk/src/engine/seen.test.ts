import { describe, expect, test } from 'vitest'
import type { Effect } from './events.ts'
import { readSeen } from './seen.ts'
import type { Opened, ServiceItem } from './state.ts'
import { Desk, factsOf } from './testing/desk.ts'

const CHAIN = '11111111-1111-4111-8111-111111111111'

let seq = 0

interface Coming {
  readonly from: string
  readonly body: { readonly type: string; readonly [field: string]: unknown }
  readonly n?: number
  readonly mark?: Opened['mark']
}

function come(desk: Desk, { from, body, n, mark = 'verified' }: Coming): readonly Effect[] {
  seq += 1
  const frame = {
    type: 'message',
    seq,
    id: crypto.randomUUID(),
    sendername: from,
    message_text: 'x',
    timestamp: 1,
  } as const
  const asked = desk.tell({ type: 'frame', line: desk.line, frame })
  const batch = desk.state.batches
  const found = desk.tell({ type: 'found', batch, found: [null] })
  if ([...asked, ...found].some((one) => one.type === 'look up')) desk.key(from, factsOf(`${from} key`))
  const link = n === undefined ? null : { chain: CHAIN, n, prev: `h${n - 1}`, hash: `h${n}` }
  const opened: Opened = { mark, reason: null, body, at: 1, to: 'me', signedBy: `${from} key`, link, claimed: null }
  return desk.tell({ type: 'read', batch, opened: new Map([[0, opened]]) })
}

/** Connected, with so many new messages of bob's. */
function withNew(count: number): Desk {
  seq = 0
  const desk = new Desk()
  desk.online()
  for (let n = 1; n <= count; n += 1) come(desk, { from: 'bob', body: { type: 'text', text: String(n) }, n })
  return desk
}

const read = (desk: Desk) => desk.tell({ type: 'call', ticket: 7, call: { type: 'mark read', conversation: 'bob' } })
const unread = (desk: Desk) => desk.state.peers.get('bob')?.unread
const seen = (n: number, name = 'bob') => ({ type: 'seen', read: [{ name, chains: [[CHAIN, n]] }] })
const toTell = (desk: Desk): readonly ServiceItem[] => desk.state.service.filter(({ body }) => body.type === 'seen')
const ring = (desk: Desk) => desk.tell({ type: 'timer', name: 'seen' })

/** The server takes it. */
function deliver(desk: Desk): void {
  for (const { id, to } of toTell(desk)) {
    desk.tell({ type: 'sealed', id, to: [{ username: to, message_text: 'sealed' }], key: 'k', link: null })
    desk.tell({ type: 'frame', line: desk.line, frame: { type: 'sent', id, after: 0 } })
  }
}

describe('what was looked at on one device', () => {
  test('is told to the others once, together, though receipts are off', () => {
    const desk = withNew(3)
    desk.tell({ type: 'call', ticket: 1, call: { type: 'set receipts', on: false } })
    const effects = read(desk)
    expect(effects.some((one) => one.type === 'timer' && one.name === 'seen')).toBe(true)
    ring(desk)
    expect(toTell(desk)).toMatchObject([{ to: 'me', body: seen(3) }])
    deliver(desk)
    ring(desk)
    expect(toTell(desk)).toEqual([])
  })

  test('is owed until the server has it', () => {
    const desk = withNew(1)
    read(desk)
    ring(desk)
    desk.tell({ type: 'closed', line: desk.line, code: 1006 })
    desk.tell({ type: 'timer', name: 'connect' })
    const effects = desk.tell({ type: 'opened', line: desk.line })
    expect(effects.some((one) => one.type === 'timer' && one.name === 'seen')).toBe(true)
    ring(desk)
    expect(toTell(desk)).toHaveLength(1)
  })

  test('is not new on another one, and is not told back', () => {
    const desk = withNew(3)
    come(desk, { from: 'me', body: seen(2) })
    expect(unread(desk)).toBe(1)
    come(desk, { from: 'me', body: seen(1) })
    expect(unread(desk)).toBe(1)
    come(desk, { from: 'me', body: seen(99) })
    expect(unread(desk)).toBe(0)
    ring(desk)
    expect(toTell(desk)).toEqual([])
    // What comes after it is new, whatever was claimed.
    come(desk, { from: 'bob', body: { type: 'text', text: '4' }, n: 4 })
    expect(unread(desk)).toBe(1)
  })

  test('is believed of nobody else, and of no other conversation', () => {
    const desk = withNew(3)
    come(desk, { from: 'bob', body: seen(3) })
    come(desk, { from: 'me', body: seen(3), mark: 'forged' })
    come(desk, { from: 'me', body: seen(3, 'carol') })
    expect(unread(desk)).toBe(3)
    // A control.
    come(desk, { from: 'me', body: seen(3) })
    expect(unread(desk)).toBe(0)
  })
})

test('what is not of the form is passed over', () => {
  for (const body of [
    null,
    { type: 'seen' },
    { type: 'seen', read: {} },
    { type: 'seen', read: [null] },
    { type: 'seen', read: [{ name: '../..', chains: [] }] },
    { type: 'seen', read: [{ name: 'bob', chains: [[CHAIN]] }] },
    { type: 'seen', read: [{ name: 'bob', chains: [[CHAIN, -1]] }] },
    { type: 'seen', read: [{ name: 'bob', chains: [[CHAIN, 1.5]] }] },
    { type: 'seen', read: [{ name: 'bob', chains: [['x', 1]] }] },
    { type: 'seen', read: Array.from({ length: 201 }, () => ({ name: 'bob', chains: [] })) },
  ])
    expect(readSeen(body)).toBeNull()
  expect(readSeen(seen(1))).toEqual(seen(1))
})
