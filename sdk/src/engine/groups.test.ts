import { expect, test } from 'vitest'
import type { Effect } from './events.ts'
import { choose } from './people.ts'
import type { Write } from './rows.ts'
import { Desk, factsOf, sendsIn } from './testing/desk.ts'
import { handshakeText, messageText, readGroupText } from './group-text.ts'
import type { Turn } from './turn.ts'
import type { Unwrapped } from './unwrapped.ts'

/** Groups by hand: what is asked for when, and what stands in one commit. */

const GROUP = 'a'.repeat(22)
const PACKAGES = [{ account: 'bob', device: 'b', keyPackage: 'x' }]
const MEMBERS = [
  { account: 'me', device: 'd' },
  { account: 'bob', device: 'b' },
]
const SECRET: Write = { table: 'secrets', key: ['moving', GROUP], value: { blob: 'state' } }

type Of<T extends Effect['type']> = Extract<Effect, { readonly type: T }>

const find = <T extends Effect['type']>(effects: readonly Effect[], type: T): Of<T> | undefined =>
  effects.find((effect): effect is Of<T> => effect.type === type)

const framesIn = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.type === 'send' && effect.frame.type === 'send' ? [effect.frame] : []))

const numberOf = (desk: Desk): number => desk.state.peers.get('bob')?.number ?? 0

/** Online, with one message for Bob that waits for a group. */
function waiting(): { readonly desk: Desk; readonly claim: Of<'claim'> } {
  const desk = new Desk()
  desk.hasNoGroups = false
  desk.online()
  desk.tell({ type: 'stocked', made: null, devices: null })
  desk.compose('one', 'bob')
  const claim = find(desk.key('bob', factsOf('key of bob')), 'claim')
  if (claim === undefined) throw new TypeError('Nothing was claimed.')
  return { desk, claim }
}

/** … and with the group that was begun for it, not accepted yet. */
function begun() {
  const { desk, claim } = waiting()
  const { number } = claim
  desk.tell({ type: 'claimed', number, for: 'beginning', result: { outcome: 'claimed', packages: PACKAGES } })
  const made = {
    group: GROUP,
    members: MEMBERS,
    info: null,
    text: handshakeText(GROUP, { commit: '', welcome: 'w', info: null }),
    secrets: [SECRET],
  }
  const effects = desk.tell({ type: 'begun', number, made })
  return { desk, number, effects, id: framesIn(effects)[0]?.id ?? '' }
}

function accepted() {
  const { desk, number, id } = begun()
  desk.tell({ type: 'frame', line: desk.line, frame: { type: 'sent', id, after: 0 } })
  const adopted = { epoch: 1, members: MEMBERS, secrets: [SECRET] }
  const effects = desk.tell({ type: 'adopted', group: GROUP, made: adopted })
  return { desk, number, seal: find(effects, 'seal') }
}

/** The first message, sealed in the group. */
function sealed() {
  const { desk, number } = accepted()
  const effects = desk.tell({
    type: 'sealed',
    id: 'one',
    to: [{ username: 'bob' }, { username: 'me' }],
    key: 'key of bob',
    link: { chain: 'one', n: 1, prev: '', hash: 'h' },
    inGroup: { group: GROUP, made: { text: 'mls1:…', epoch: 1, secrets: [SECRET] } },
  })
  return { desk, number, effects }
}

test('nobody has key packages: an envelope, as before', () => {
  const { desk, claim } = waiting()
  const effects = desk.tell({ type: 'claimed', number: claim.number, for: 'beginning', result: { outcome: 'none' } })
  expect(find(effects, 'seal')?.message).toMatchObject({ id: 'one', group: null })
})

test('a beginning is on disk before it is sent, and adopted when it is accepted; then the message is sealed in it', () => {
  const { effects, desk } = begun()
  const commit = find(effects, 'commit')
  expect(commit?.writes.map(({ table }) => table)).toEqual(['secrets', 'groups'])
  expect(framesIn(effects)).toMatchObject([{ group: { id: GROUP, epoch: 0, commit: true } }])
  expect(sendsIn(desk.effects)).toHaveLength(1)
  expect(find(desk.effects, 'adopt')).toBeUndefined()
  expect(accepted().seal?.message).toMatchObject({ id: 'one', group: GROUP })
})

test('a beginning that was not answered is sent again as it is', () => {
  const { desk, id } = begun()
  const [first] = framesIn(desk.effects)
  desk.now += 60_000
  desk.tell({ type: 'closed', line: desk.line, code: 1006 })
  desk.tell({ type: 'timer', name: 'connect' })
  const [again] = framesIn(desk.tell({ type: 'opened', line: desk.line }))
  expect(again).toEqual(first)
  expect(again?.id).toBe(id)
})

test('the state of the group and the sealed bytes are one commit, and go before the message', () => {
  const { effects } = sealed()
  const [commit] = effects.filter((effect): effect is Of<'commit'> => effect.type === 'commit')
  expect(commit?.writes.map(({ table }) => table)).toEqual(['secrets', 'outbox'])
  expect(framesIn(effects)).toMatchObject([{ id: 'one', text: 'mls1:…', group: { id: GROUP, epoch: 1 } }])
})

test('a message that met a new epoch waits for the commit and is sealed anew under its id', () => {
  const { desk } = sealed()
  const frame = { type: 'refused', id: 'one', code: 'epoch_passed', message: '', epoch: 2 } as const
  expect(find(desk.tell({ type: 'frame', line: desk.line, frame }), 'seal')).toBeUndefined()
  expect(desk.stages()).toEqual({ one: 'saved' })
  const moved = { kind: 'moved', group: GROUP, epoch: 2, members: MEMBERS } as const
  const effects = take(desk, handshakeText(GROUP, { commit: 'c', welcome: '', info: null }), moved)
  expect(find(effects, 'seal')?.message).toMatchObject({ id: 'one', group: GROUP })
})

const frameOf = (text: string, seq: number) =>
  ({ type: 'message', seq, id: `id ${seq}`, sendername: 'bob', message_text: text, timestamp: 1 }) as const

/** A frame of Bob's comes, and this is what becomes of it. */
function take(desk: Desk, text: string, unwrapped: Unwrapped, seq = 1): readonly Effect[] {
  const frame = frameOf(text, seq)
  const looking = find(desk.tell({ type: 'frame', line: desk.line, frame }), 'find')
  const found = desk.tell({ type: 'found', batch: looking?.batch ?? 0, found: [null] })
  const unwrap = find(found, 'unwrap')
  return desk.tell({ type: 'unwrapped', batch: unwrap?.batch ?? 0, result: resultOf(unwrapped) })
}

const resultOf = (unwrapped: Unwrapped) => ({
  frames: [unwrapped],
  halt: null,
  secrets: [SECRET],
})

test('a message, the state that it left, and the cursor are one commit, also when the line is gone meanwhile', () => {
  const { desk } = sealed()
  const id = '00000000-0000-4000-8000-000000000009'
  const inside = { id, at: 5, link: null, body: { type: 'text', text: 'hi' } }
  const text = messageText(GROUP, { to: 'me', chain: id, n: 1 }, 'w')
  const frame = { type: 'message', seq: 1, id, sendername: 'bob', message_text: text, timestamp: 1 } as const
  desk.tell({ type: 'frame', line: desk.line, frame })
  const found = desk.tell({ type: 'found', batch: desk.state.batch?.number ?? 0, found: [null] })
  const batch = find(found, 'unwrap')?.batch ?? 0
  desk.tell({ type: 'closed', line: desk.line, code: 1006 })
  const from = { account: 'bob', device: 'b' }
  const result = resultOf({ kind: 'message', group: GROUP, from, inside })
  const commit = find(desk.tell({ type: 'unwrapped', batch, result }), 'commit')
  const tables = new Set(commit?.writes.map(({ table }) => table))
  expect(tables).toEqual(new Set(['secrets', 'messages', 'ids', 'peers', 'meta']))
  expect(commit?.writes).toContainEqual(
    expect.objectContaining({ value: expect.objectContaining({ mark: 'verified' }) }),
  )
})

test('what cannot be read is noted as missing and asked for, and the group is begun afresh', () => {
  const { desk, number } = sealed()
  const hint = { to: 'me', chain: '00000000-0000-4000-8000-000000000007', n: 1 }
  const effects = take(desk, messageText(GROUP, hint, 'w'), { kind: 'unreadable', group: GROUP, hint })
  const notices = find(effects, 'commit')?.writes.filter(({ table }) => table === 'messages')
  expect(notices).toMatchObject([{ value: { kind: 'notice', notice: 'missing', count: 1 } }])
  expect(desk.state.groups.get(GROUP)?.isBroken).toBe(true)
  // Once a minute at most.
  expect(find(desk.tell({ type: 'timer', name: `afresh ${number}` }), 'claim')).toBeUndefined()
  desk.now += 61_000
  expect(find(desk.tell({ type: 'timer', name: `afresh ${number}` }), 'claim')).toMatchObject({ names: ['bob', 'me'] })
})

test('what cannot be read makes no stranger an acquaintance, and tells them nothing; the control, without holding, begins', () => {
  for (const holdsStrangers of [true, false]) {
    const desk = new Desk()
    desk.hasNoGroups = false
    desk.state = { ...desk.state, own: { ...desk.state.own, holdsStrangers } }
    desk.online()
    desk.tell({ type: 'stocked', made: null, devices: null })
    const hint = { to: 'me', chain: '00000000-0000-4000-8000-000000000007', n: 1 }
    desk.tell({ type: 'frame', line: desk.line, frame: frameOf(messageText(GROUP, hint, 'w'), 1) })
    const batch = desk.state.batches
    const found = desk.tell({ type: 'found', batch, found: [null] })
    const keyed = desk.key('bob', factsOf('key of bob'))
    expect(find([...found, ...keyed], 'unwrap')).toBeDefined()
    const result = resultOf({ kind: 'unreadable', group: GROUP, hint })
    desk.tell({ type: 'unwrapped', batch, result })
    expect(desk.state.peers.get('bob')?.asks).toBe(holdsStrangers ? true : undefined)
    const rings = desk.tell({ type: 'timer', name: `afresh ${numberOf(desk)}` })
    expect(rings.map(({ type }) => type)).toEqual(holdsStrangers ? [] : ['claim', 'timer'])
  }
})

test('what cannot be read gets past no block', () => {
  const { desk, number } = sealed()
  const change = (turn: Turn) => choose(turn, { name: 'bob', about: 'standing', value: 'blocked' })
  desk.tell({ type: 'call', ticket: 9, call: { type: 'apply', change, batches: null } })
  const hint = { to: 'me', chain: '00000000-0000-4000-8000-000000000007', n: 1 }
  const effects = take(desk, messageText(GROUP, hint, 'w'), { kind: 'unreadable', group: GROUP, hint })
  expect(find(effects, 'commit')?.writes.map(({ table }) => table)).not.toContain('messages')
  desk.now += 61_000
  expect(find(desk.tell({ type: 'timer', name: `afresh ${number}` }), 'claim')).toBeUndefined()
})

test('a device without groups notes what it cannot read, asks for it, and begins nothing, whoever sends such frames', () => {
  for (const without of [{ hasNone: true }, {}] as const) {
    const { desk } = sealed()
    const hint = { to: 'me', chain: '00000000-0000-4000-8000-000000000007', n: 1 }
    const unreadable = {
      kind: 'unreadable',
      group: GROUP,
      hint,
      ...without,
    } as const
    const effects = take(desk, messageText(GROUP, hint, 'w'), unreadable)
    const notices = find(effects, 'commit')?.writes.filter(({ table }) => table === 'messages')
    expect(notices).toMatchObject([{ value: { kind: 'notice', notice: 'missing', count: 1 } }])
    const timers = effects.filter((effect) => effect.type === 'timer' && effect.name.startsWith('afresh'))
    expect(timers).toHaveLength('hasNone' in without ? 0 : 1)
  }
})

test('a group of many that a device without groups cannot read is for the others', () => {
  const { desk } = sealed()
  const hint = { to: '', chain: '00000000-0000-4000-8000-000000000007', n: 1 }
  take(desk, messageText(GROUP, hint, 'w'), { kind: 'unreadable', group: 'another group', hint, hasNone: true })
  expect(desk.state.admissions.size).toBe(0)
})

test('who has no key packages is asked for some once a minute, not as often as the timer rings', () => {
  const { desk, number } = sealed()
  const hint = { to: 'me', chain: '00000000-0000-4000-8000-000000000007', n: 1 }
  take(desk, messageText(GROUP, hint, 'w'), { kind: 'unreadable', group: GROUP, hint })
  desk.tell({ type: 'timer', name: `afresh ${number}` })
  desk.tell({ type: 'claimed', number, for: 'beginning', result: { outcome: 'none' } })
  const rings = desk.tell({ type: 'timer', name: `afresh ${number}` })
  expect(find(rings, 'claim')).toBeUndefined()
  const next = rings.find((effect) => effect.type === 'timer' && effect.name.startsWith('afresh'))
  expect(next).toMatchObject({ ms: expect.any(Number) })
  expect(next?.type === 'timer' ? next.ms : 0).toBeGreaterThanOrEqual(60_000)
})

test('a beginning that the server refused is followed by the pause of a minute too', () => {
  const { desk, number } = sealed()
  const hint = { to: 'me', chain: '00000000-0000-4000-8000-000000000007', n: 1 }
  take(desk, messageText(GROUP, hint, 'w'), { kind: 'unreadable', group: GROUP, hint })
  desk.now += 61_000
  desk.tell({ type: 'timer', name: `afresh ${number}` })
  desk.tell({ type: 'claimed', number, for: 'beginning', result: { outcome: 'claimed', packages: PACKAGES } })
  const made = { group: 'b'.repeat(22), members: MEMBERS, text: 'w', secrets: [SECRET], info: null }
  const [frame] = framesIn(desk.tell({ type: 'begun', number, made }))
  const refusal = { type: 'refused', id: frame?.id ?? '', code: 'epoch_passed', message: '' } as const
  desk.tell({ type: 'frame', line: desk.line, frame: refusal })
  desk.now += 3_000
  const claims = () => find(desk.tell({ type: 'timer', name: `afresh ${number}` }), 'claim')
  expect(frame?.group).toMatchObject({ id: made.group, commit: true })
  expect(claims()).toBeUndefined()
  desk.now += 60_000
  expect(claims()).toMatchObject({ names: ['bob', 'me'] })
})

test('an edit of what cannot be read yet waits for it', () => {
  const { desk } = sealed()
  const id = '00000000-0000-4000-8000-000000000007'
  const hint = { to: 'me', chain: id, n: 1 }
  take(desk, messageText(GROUP, hint, 'w'), { kind: 'unreadable', group: GROUP, hint })
  const body = { type: 'edit', id, text: 'better' }
  const inside = { id: '00000000-0000-4000-8000-000000000008', at: 5, link: null, body }
  const from = { account: 'bob', device: 'b' }
  const text = messageText(GROUP, { ...hint, n: 2 }, 'w')
  const edit = { ...frameOf(text, 2), id: inside.id }
  desk.tell({ type: 'frame', line: desk.line, frame: edit })
  const found = desk.tell({ type: 'found', batch: desk.state.batch?.number ?? 0, found: [null] })
  const batch = find(found, 'unwrap')?.batch ?? 0
  desk.tell({ type: 'unwrapped', batch, result: resultOf({ kind: 'message', group: GROUP, from, inside }) })
  const missing = { row: { line: null, isMissing: true }, line: null } as const
  desk.tell({ type: 'found', batch, found: [null, missing] })
  expect([...desk.state.early.values()]).toMatchObject([{ about: { sender: 'bob', id }, deed: { act: body } }])
})

test('what comes so late that its key is gone is asked for, also when it might be from before', () => {
  const { desk } = sealed()
  const chain = '00000000-0000-4000-8000-000000000007'
  const inside = { id: chain, at: 5, link: { chain, n: 2, prev: 'p', hash: 'h' }, body: { type: 'text', text: 'hi' } }
  const from = { account: 'bob', device: 'b' }
  const second = { kind: 'message', group: GROUP, from, inside: { ...inside, id: 'id 1' } } as const
  take(desk, messageText(GROUP, { to: 'me', chain, n: 2 }, 'w'), second)
  const hint = { to: 'me', chain, n: 1 }
  const effects = take(desk, messageText(GROUP, hint, 'w'), { kind: 'late', group: GROUP, hint }, 2)
  const ids = find(effects, 'commit')?.writes.filter(({ table }) => table === 'ids')
  expect(ids).toMatchObject([{ value: { line: null, isMissing: true } }])
  const [known] = [...desk.state.chains.values()].filter((one) => one.whose === 'contact')
  expect(known?.gaps).toMatchObject([{ first: 1, last: 1, quiet: false, isUnread: true }])
  expect(desk.state.groups.get(GROUP)?.isBroken).toBe(false)
  desk.now += 1_000
  desk.tell({ type: 'timer', name: 'gaps' })
  expect(desk.state.service.map(({ body }) => body)).toContainEqual({ type: 'ask', chain, missing: [[1, 1]] })
})

/** The account's devices, as the server names them now. */
function named(desk: Desk, devices: readonly string[]): readonly Effect[] {
  desk.now += 100_000
  desk.tell({ type: 'timer', name: 'stock' })
  return desk.tell({ type: 'stocked', made: null, devices })
}

/** In a group with another device of this account. */
function withTablet() {
  const { desk, number } = sealed()
  desk.tell({ type: 'frame', line: desk.line, frame: { type: 'sent', id: 'one', after: 0 } })
  const group = desk.state.groups.get(GROUP)
  if (group === undefined) throw new TypeError('There is no group.')
  const members = [...MEMBERS, { account: 'me', device: 'tablet' }]
  desk.state = { ...desk.state, groups: new Map([[GROUP, { ...group, members, epoch: 1 }]]) }
  return { desk, number }
}

test('an own device that the server does not name any more is left out; one that it names, or a list of somebody else, is not', () => {
  const { desk } = withTablet()
  expect(find(named(desk, ['d', 'tablet']), 'propose')).toBeUndefined()
  expect(find(named(desk, ['someone', 'else']), 'propose')).toBeUndefined()
  const change = { type: 'remove', members: [{ account: 'me', device: 'tablet' }] }
  expect(find(named(desk, ['d']), 'propose')).toMatchObject({ group: GROUP, change })
})

test('keys are renewed for who was written to, and not for a stranger, who would learn from it that somebody is there', () => {
  for (const asks of [true, undefined] as const) {
    const { desk, number } = withTablet()
    const bob = desk.state.peers.get('bob')
    const group = desk.state.groups.get(GROUP)
    if (bob === undefined || group === undefined) throw new TypeError('There is no group.')
    desk.state = {
      ...desk.state,
      peers: new Map([...desk.state.peers, ['bob', { ...bob, ...(asks === true ? { asks } : {}) }]]),
      groups: new Map([[GROUP, { ...group, renewedAt: desk.now - 2 * 86_400_000 }]]),
      active: new Set([number]),
    }
    const found = find(desk.tell({ type: 'timer', name: 'stock' }), 'propose')
    expect(found?.change).toEqual(asks === true ? undefined : { type: 'renew' })
  }
})

test('key packages that could not be counted are counted again in a minute', () => {
  const { desk } = withTablet()
  expect(named(desk, ['d', 'tablet'])).toContainEqual({ type: 'timer', name: 'stock', ms: 60_000 })
})

test('in a group of many too, and there it lies on disk as a wish', () => {
  const { desk } = withTablet()
  const bob = desk.state.peers.get('bob')
  const group = desk.state.groups.get(GROUP)
  if (bob === undefined || group === undefined) throw new TypeError('There is no group.')
  const members = ['me', 'bob'].map((account) => ({ account, role: 'member' as const }))
  const info = { id: 'f'.repeat(32), version: 1, title: 'Boat', picture: null, members }
  const boat = { ...bob, name: `group:${info.id}`, number: 77, many: { info, isIn: true, wishes: [] } }
  const ofMany = { ...group, id: 'm'.repeat(22), number: 77, version: 1 }
  desk.state = {
    ...desk.state,
    peers: new Map([...desk.state.peers, [boat.name, boat]]),
    groups: new Map([[ofMany.id, ofMany]]),
  }
  expect(find(named(desk, ['d', 'tablet']), 'propose')).toBeUndefined()
  const effects = named(desk, ['d'])
  const wishes = [{ type: 'gone', devices: ['tablet'] }]
  expect(find(effects, 'commit')?.writes).toMatchObject([{ table: 'peers', value: { many: { wishes } } }])
  const change = { type: 'remove', members: [{ account: 'me', device: 'tablet' }] }
  expect(find(effects, 'propose')).toMatchObject({ group: ofMany.id, change, info })
})

test('whoever sends what cannot be read under ever new groups fills no memory', () => {
  const { desk } = sealed()
  for (let at = 1; at <= 600; at += 1) {
    const hint = { to: '', chain: '00000000-0000-4000-8000-000000000007', n: 1 }
    const group = `n${String(at).padStart(21, '0')}`
    take(desk, messageText(group, hint, 'w'), { kind: 'unreadable', group, hint }, at)
  }
  expect(desk.state.admissions.size).toBe(500)
})

test('an own device that comes in while the server is being asked is not left out', () => {
  const { desk } = withTablet()
  desk.now += 100_000
  desk.tell({ type: 'timer', name: 'stock' })
  const group = desk.state.groups.get(GROUP)
  if (group === undefined) throw new TypeError('There is no group.')
  const members = [...group.members, { account: 'me', device: 'new' }]
  desk.state = { ...desk.state, groups: new Map([[GROUP, { ...group, members }]]) }
  expect(find(desk.tell({ type: 'stocked', made: null, devices: ['d', 'tablet'] }), 'propose')).toBeUndefined()
})

test('a group in which the server is behind is left, and another is begun', () => {
  const { desk, number } = sealed()
  const frame = { type: 'refused', id: 'one', code: 'epoch_passed', message: '', epoch: 0 } as const
  desk.tell({ type: 'frame', line: desk.line, frame })
  expect(desk.state.groups.get(GROUP)?.isBroken).toBe(true)
  expect(find(desk.tell({ type: 'timer', name: `begin ${number}` }), 'claim')).toMatchObject({ names: ['bob', 'me'] })
})

test('for a new own device the group is begun afresh, once', () => {
  const { desk, number } = withTablet()
  named(desk, ['d', 'tablet', 'new'])
  const claim = find(desk.tell({ type: 'timer', name: `afresh ${number}` }), 'claim')
  expect(claim).toMatchObject({ names: ['bob', 'me'] })
  // It gave nothing to bring it in with.
  desk.tell({ type: 'claimed', number, for: 'beginning', result: { outcome: 'claimed', packages: PACKAGES } })
  const made = { group: 'b'.repeat(22), members: MEMBERS, text: 'w', secrets: [SECRET], info: null }
  const [frame] = framesIn(desk.tell({ type: 'begun', number, made }))
  desk.tell({ type: 'frame', line: desk.line, frame: { type: 'sent', id: frame?.id ?? '', after: 9 } })
  desk.tell({ type: 'adopted', group: made.group, made: { epoch: 1, members: MEMBERS, secrets: [SECRET] } })
  expect(desk.state.groups.get(made.group)?.lacking).toEqual(['tablet', 'new'])
  const again = named(desk, ['d', 'tablet', 'new'])
  expect(again.some((effect) => effect.type === 'timer' && effect.name === `afresh ${number}`)).toBe(false)
})

test('once there was a group nothing less is sent to that key, and what comes with less says so', () => {
  const { desk, number } = sealed()
  const broken = desk.state.groups.get(GROUP)
  if (broken === undefined) throw new TypeError('There is no group.')
  desk.state = { ...desk.state, groups: new Map([[GROUP, { ...broken, isBroken: true }]]), begins: new Map() }
  desk.compose('two', 'bob')
  desk.tell({ type: 'frame', line: desk.line, frame: { type: 'sent', id: 'one', after: 0 } })
  const effects = desk.tell({ type: 'claimed', number, for: 'beginning', result: { outcome: 'none' } })
  expect(find(effects, 'seal')).toBeUndefined()
  expect(desk.stages()).toEqual({ two: 'saved' })
  expect(desk.state.outbox).toMatchObject([{ id: 'two', refusal: 'no key packages' }])
  expect(numberOf(desk)).toBe(number)
  const call = { type: 'retry', id: 'two', newId: 'three', expired: null, before: null } as const
  expect(find(desk.tell({ type: 'call', ticket: 2, call }), 'claim')).toMatchObject({ names: ['bob', 'me'] })
})

test('what is written outside is read as it was written, and nothing else is', () => {
  const hint = { to: 'bob', chain: '00000000-0000-4000-8000-000000000001', n: 7 }
  expect(readGroupText(messageText(GROUP, hint, 'wire'))).toEqual({ kind: 'message', group: GROUP, hint, wire: 'wire' })
  const handshake = { commit: 'c', welcome: '', info: null }
  expect(readGroupText(handshakeText(GROUP, handshake))).toEqual({ kind: 'handshake', group: GROUP, ...handshake })
  for (const text of ['mls1:', 'mls1:m:x', messageText(GROUP, { ...hint, n: 2 ** 31 + 1 }, 'w'), 'mls1: hello']) {
    expect(readGroupText(text)).toBeNull()
  }
})
