import { describe, expect, test } from 'vitest'
import { readPeople } from './choices.ts'
import type { Said } from './choices.ts'
import type { Effect } from './events.ts'
import type { Opened, ServiceItem } from './state.ts'
import { ALWAYS } from './strangers.ts'
import { choose as chooseIn, goOnWithPeople, onPeopleTold } from './people.ts'
import { plugInPeople } from './people-part.ts'
import { Desk, factsOf } from './testing/desk.ts'
import type { Turn } from './turn.ts'

plugInPeople({ onPeopleTold })

const apply = (desk: Desk, change: (turn: Turn) => void): readonly Effect[] =>
  desk.tell({ type: 'call', ticket: 9, call: { type: 'apply', change, batches: null } })

/** Somebody who holds strangers back, connected. */
function holding(): Desk {
  const desk = new Desk()
  desk.state = { ...desk.state, own: { ...desk.state.own, holdsStrangers: true } }
  desk.online()
  apply(desk, goOnWithPeople)
  deliver(desk)
  return desk
}

/** What waits to be told is sealed, sent and accepted. */
function deliver(desk: Desk): readonly ServiceItem[] {
  const told: ServiceItem[] = []
  for (let item = desk.state.service[0]; item !== undefined; item = desk.state.service[0]) {
    told.push(item)
    const to = [{ username: item.to, message_text: 'sealed' }]
    desk.tell({ type: 'sealed', id: item.id, to, key: 'k', link: null })
    desk.tell({ type: 'frame', line: desk.line, frame: { type: 'sent', id: item.id, after: 0 } })
  }
  return told
}

let seq = 0
const id = (): string => crypto.randomUUID()

interface Coming {
  readonly from: string
  readonly body: { readonly type: string; readonly [field: string]: unknown }
  readonly mark?: Opened['mark']
  readonly n?: number
}

const CHAIN = '11111111-1111-4111-8111-111111111111'

/** A message of somebody whose key is pinned, or presented now. */
function come(desk: Desk, { from, body, mark = 'verified', n }: Coming): readonly Effect[] {
  seq += 1
  const frame = { type: 'message', seq, id: id(), sendername: from, message_text: 'x', timestamp: 1 } as const
  const asked = desk.tell({ type: 'frame', line: desk.line, frame })
  const batch = desk.state.batches
  const found = desk.tell({ type: 'found', batch, found: [null] })
  const keys = [...asked, ...found].some((one) => one.type === 'look up') ? desk.key(from, factsOf(`${from} key`)) : []
  const link = n === undefined ? null : { chain: CHAIN, n, prev: `h${n - 1}`, hash: `h${n}` }
  const opened: Opened = { mark, reason: null, body, at: 1, to: 'me', signedBy: `${from} key`, link, claimed: null }
  const read = desk.tell({ type: 'read', batch, opened: new Map([[0, opened]]) })
  const nothing = { type: 'found', batch, found: [null, null] } as const
  return [...asked, ...keys, ...read, ...(desk.state.batch?.phase === 'recalling' ? desk.tell(nothing) : [])]
}

const text = (said: string) => ({ type: 'text', text: said }) as const

const say = (desk: Desk, ...choices: readonly Said[]) => {
  come(desk, { from: 'me', body: { type: 'people', choices } })
  apply(desk, goOnWithPeople)
}

const choose = (desk: Desk, name: string, value: 'accepted' | 'blocked' | 'deleted') =>
  apply(desk, (turn) => chooseIn(turn, { name, about: 'standing', value }))

const announced = (effects: readonly Effect[]): boolean =>
  effects.some((one) => one.type === 'notify' && one.change.kind === 'arrived')

const timers = (effects: readonly Effect[]): readonly string[] =>
  effects.flatMap((one) => (one.type === 'timer' ? [one.name] : []))

const peer = (desk: Desk, name: string) => desk.state.peers.get(name)

describe('a stranger', () => {
  test('waits in silence; the control, without holding, is announced and told', () => {
    const [desk, open] = [holding(), new Desk()]
    open.online()
    const [held, heard] = [desk, open].map((one) => come(one, { from: 'eve', body: text('hi'), n: 1 })) as [
      readonly Effect[],
      readonly Effect[],
    ]
    expect([announced(held), announced(heard)]).toEqual([false, true])
    expect([timers(held).includes('receipts'), timers(heard).includes('receipts')]).toEqual([false, true])
    expect([peer(desk, 'eve')?.asks, peer(open, 'eve')?.asks]).toEqual([true, undefined])
    const after = choose(desk, 'eve', 'accepted')
    expect(timers(after)).toContain('receipts')
  })

  test('is not asked for what is missing', () => {
    const desk = holding()
    come(desk, { from: 'eve', body: text('one'), n: 1 })
    const effects = come(desk, { from: 'eve', body: text('three'), n: 3 })
    expect(timers(effects)).not.toContain('gaps')
    expect(timers(choose(desk, 'eve', 'accepted'))).toContain('gaps')
  })

  test('is nobody with whom there was a conversation before, as after an update, or whom somebody looked for', () => {
    const desk = holding()
    desk.key('bob', factsOf('bob key'))
    desk.tell({ type: 'call', ticket: 1, call: { type: 'open', name: 'bob' } })
    desk.key('bob', factsOf('bob key'))
    expect(announced(come(desk, { from: 'bob', body: text('hi'), n: 1 }))).toBe(true)
    expect(peer(desk, 'bob')?.asks).toBe(undefined)
  })
})

describe('somebody blocked', () => {
  test('leaves nothing but an id, whatever they send', () => {
    const desk = holding()
    come(desk, { from: 'eve', body: text('hi'), n: 1 })
    choose(desk, 'eve', 'blocked')
    expect(peer(desk, 'eve')).toMatchObject({ last: null, unread: 0, activeAt: 0 })
    const bodies = [text('again'), { type: 'reaction', sender: 'me', id: id(), emoji: '👍' }]
    for (const [at, body] of bodies.entries()) {
      const effects = come(desk, { from: 'Eve', body, n: at + 2 })
      const tables = effects.flatMap((one) => (one.type === 'commit' ? one.writes.map(({ table }) => table) : []))
      expect(tables).not.toContain('messages')
      expect(tables).toContain('ids')
    }
    expect(announced(come(desk, { from: 'eve', body: text('x'), mark: 'forged' }))).toBe(false)
    expect(peer(desk, 'eve')?.activeAt).toBe(0)
  })

  test('is not told later that what was dropped has come', () => {
    const desk = holding()
    come(desk, { from: 'eve', body: text('hi'), n: 1 })
    choose(desk, 'eve', 'accepted')
    desk.tell({ type: 'timer', name: 'receipts' })
    desk.key('eve', factsOf('eve key'))
    deliver(desk)
    choose(desk, 'eve', 'blocked')
    come(desk, { from: 'eve', body: text('dropped'), n: 2 })
    come(desk, { from: 'eve', body: text('dropped'), n: 3 })
    choose(desk, 'eve', 'accepted')
    deliver(desk)
    come(desk, { from: 'eve', body: text('after'), n: 4 })
    desk.tell({ type: 'timer', name: 'receipts' })
    const receipts = deliver(desk).flatMap(({ body }) => (body.type === 'receipt' ? [body] : []))
    expect(receipts).toMatchObject([{ n: 4, missing: [[2, 3]], unsure: [] }])
  })

  test('is never oneself', () => {
    const desk = holding()
    say(desk, { name: 'me', about: 'standing', value: 'blocked', n: 7, by: 'x' })
    expect(peer(desk, 'me')?.choices?.standing).toBe(undefined)
  })
})

describe('decisions of several devices', () => {
  const said = (value: 'accepted' | 'blocked', n: number, by: string): Said => ({
    name: 'eve',
    about: 'standing',
    value,
    n,
    by,
  })

  test('come to the same in whatever order', () => {
    const all = [said('blocked', 1, 'a'), said('accepted', 2, 'a'), said('blocked', 2, 'b'), said('accepted', 1, 'z')]
    const orders = [all, all.toReversed(), [all[2], all[0], all[3], all[1]].flatMap((one) => one ?? [])]
    const ends = orders.map((order) => {
      const desk = holding()
      for (const one of order) say(desk, one)
      return peer(desk, 'eve')?.choices?.standing?.value
    })
    expect(ends).toEqual(['blocked', 'blocked', 'blocked'])
  })

  test('are told until the server has them, also after the line was lost', () => {
    const desk = holding()
    choose(desk, 'eve', 'blocked')
    expect(desk.state.service).toMatchObject([
      { to: 'me', body: { choices: [{ name: 'eve', value: 'blocked', n: 1 }] } },
    ])
    desk.tell({ type: 'closed', line: desk.line, code: 1006 })
    desk.tell({ type: 'timer', name: 'connect' })
    desk.tell({ type: 'opened', line: desk.line })
    desk.key('me', factsOf('my key'))
    apply(desk, goOnWithPeople)
    expect(deliver(desk)).toMatchObject([{ body: { choices: [{ name: 'eve' }] } }])
    expect(peer(desk, 'eve')?.choices?.standing?.told).toBe(true)
  })

  test('a new device asks once, and is told of everybody who is no stranger', () => {
    const fresh = new Desk()
    fresh.state = { ...fresh.state, own: { ...fresh.state.own, holdsStrangers: true } }
    fresh.online()
    apply(fresh, goOnWithPeople)
    expect(deliver(fresh)).toMatchObject([{ body: { ask: true, choices: [] } }])
    expect(fresh.state.meta.people).toEqual({ asked: true })

    const desk = holding()
    come(desk, { from: 'ann', body: text('hi') })
    choose(desk, 'ann', 'accepted')
    come(desk, { from: 'eve', body: text('hi') })
    deliver(desk)
    come(desk, { from: 'me', body: { type: 'people', ask: true, choices: [] } })
    apply(desk, goOnWithPeople)
    const [answer] = deliver(desk)
    expect(answer?.body).toMatchObject({ choices: [{ name: 'ann', value: 'accepted' }] })
    expect(desk.state.meta.people?.owes).toBe(undefined)
  })

  test('who was written to since their request was thrown away is no stranger to a new device', () => {
    const desk = holding()
    come(desk, { from: 'bob', body: text('hi') })
    choose(desk, 'bob', 'deleted')
    deliver(desk)
    desk.compose('hello after all', 'bob')
    desk.key('bob', factsOf('bob key'))
    come(desk, { from: 'me', body: { type: 'people', ask: true, choices: [] } })
    apply(desk, goOnWithPeople)
    const [answer] = deliver(desk).filter(({ body }) => body.type === 'people')
    expect(answer?.body).toMatchObject({ choices: [{ name: 'bob', value: 'accepted', n: 2 }] })
  })

  test('what is thrown away elsewhere does not take along what has come since', () => {
    const desk = holding()
    come(desk, { from: 'eve', body: text('one') })
    const last = peer(desk, 'eve')?.last?.line.id ?? ''
    come(desk, { from: 'eve', body: text('two') })
    say(desk, { name: 'eve', about: 'standing', value: 'deleted', n: 1, by: 'z', last })
    expect(peer(desk, 'eve')).toMatchObject({ asks: true, unread: 2 })
  })
})

describe('what is no decision', () => {
  const good = { name: 'eve', about: 'standing', value: 'blocked', n: 1, by: 'd' }

  test.each([
    { ...good, name: '' },
    { ...good, name: 'a'.repeat(81) },
    { ...good, name: '<b>' },
    { ...good, value: 'befriended' },
    { ...good, n: -1 },
    { ...good, n: 1.5 },
    { ...good, n: 2 ** 40 },
    { ...good, by: '../..' },
    { ...good, about: 'muted' },
    { ...good, about: 'muted', value: ALWAYS + 1 },
    { ...good, about: '__proto__' },
    null,
    'blocked',
  ])('is left out: %o', (one) => {
    const body = { type: 'people', choices: [one, good] }
    expect(readPeople(body)?.choices).toEqual([good])
  })

  test('is not read at all when there are too many, or none', () => {
    expect(readPeople({ type: 'people', choices: Array.from({ length: 101 }, () => good) } as never)).toBe(null)
    expect(readPeople({ type: 'people', choices: 'all' } as never)).toBe(null)
    expect(readPeople({ type: 'people' })).toBe(null)
  })

  test('counts only from oneself', () => {
    const desk = holding()
    come(desk, { from: 'bob', body: text('hi') })
    const choices = [{ ...good, name: 'ann' }]
    come(desk, { from: 'bob', body: { type: 'people', choices } })
    come(desk, { from: 'me', body: { type: 'people', choices }, mark: 'forged' })
    apply(desk, goOnWithPeople)
    expect(peer(desk, 'ann')).toBe(undefined)
    come(desk, { from: 'me', body: { type: 'people', choices } })
    apply(desk, goOnWithPeople)
    expect(peer(desk, 'ann')?.choices?.standing?.value).toBe('blocked')
  })
})
