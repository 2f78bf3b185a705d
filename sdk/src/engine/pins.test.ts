import { expect, test } from 'vitest'
import type { Call } from './events.ts'
import { Desk, factsOf, sendsIn } from './testing/desk.ts'

/** A conversation with Bob, whose key is pinned. */
function withBob(): Desk {
  const desk = new Desk()
  desk.online()
  call(desk, { type: 'open', name: 'bob' })
  desk.key('bob', factsOf('first'))
  return desk
}

const call = (desk: Desk, what: Call) => desk.tell({ type: 'call', ticket: 9, call: what })

/** The line is lost and comes back; Bob is written to, so his key is asked for. */
function comeBack(desk: Desk): void {
  desk.tell({ type: 'closed', line: desk.line, code: 1006 })
  desk.tell({ type: 'timer', name: 'connect' })
  desk.tell({ type: 'opened', line: desk.line })
  desk.key('me', factsOf('my key'))
  desk.compose('hello', 'bob')
}

const notices = (desk: Desk) =>
  desk.effects.flatMap((effect) =>
    effect.type === 'commit' ? effect.writes.filter(({ value }) => value !== null && 'notice' in value) : [],
  )

test('a key is pinned at first contact', () => {
  const desk = withBob()
  expect(desk.state.peers.get('bob')).toMatchObject({ pinned: { publicKey: 'first' }, keyChanged: false })
  expect(desk.effects).toContainEqual({ type: 'settle', ticket: 9, error: null, value: 'bob' })
})

test('a changed key of somebody never compared is told, taken, and used', () => {
  const desk = withBob()
  comeBack(desk)
  expect(sendsIn(desk.seal(desk.key('bob', factsOf('second'))))).toEqual(['hello'])
  expect(desk.state.peers.get('bob')).toMatchObject({
    pinned: { publicKey: 'second' },
    candidate: null,
    keyChanged: true,
  })
  expect(desk.state.outbox[0]?.sealed?.key).toBe('second')
  expect(notices(desk)).toHaveLength(1)
})

test('a changed key of somebody compared in person waits for the person', () => {
  const desk = withBob()
  call(desk, { type: 'set compared', name: 'bob', compared: true })
  comeBack(desk)
  expect(desk.seal(desk.key('bob', factsOf('second')))).toEqual([])
  desk.key('bob', factsOf('second'))
  expect(notices(desk)).toHaveLength(1)
  expect(desk.state.peers.get('bob')).toMatchObject({
    pinned: { publicKey: 'first' },
    candidate: { publicKey: 'second' },
  })
  const confirmed = call(desk, { type: 'confirm key', name: 'bob' })
  expect(sendsIn(desk.seal(confirmed))).toEqual(['hello'])
  expect(desk.state.peers.get('bob')).toMatchObject({ pinned: { publicKey: 'second' }, compared: false })
})

test('a server cannot turn encryption off by presenting a key of another format', () => {
  const desk = withBob()
  comeBack(desk)
  expect(desk.seal(desk.key('bob', factsOf('plain', false)))).toEqual([])
  expect(desk.state.peers.get('bob')).toMatchObject({
    pinned: { publicKey: 'first' },
    candidate: { publicKey: 'plain' },
  })
})

test('numbers that were compared count for the key that they belong to, and for no later one', () => {
  const desk = withBob()
  comeBack(desk)
  desk.key('bob', factsOf('second'))
  const late = call(desk, { type: 'set compared', name: 'bob', compared: true, fingerprint: 'first' })
  expect(late).toContainEqual({ type: 'settle', ticket: 9, error: null, value: 'outdated' })
  expect(desk.state.peers.get('bob')).toMatchObject({ compared: false, keyChanged: true })
  call(desk, { type: 'set compared', name: 'bob', compared: true, fingerprint: 'second' })
  expect(desk.state.peers.get('bob')).toMatchObject({ compared: true, pinned: { publicKey: 'second' } })
})

test('the known key that is back before anybody confirmed another ends the waiting', () => {
  const desk = withBob()
  call(desk, { type: 'set compared', name: 'bob', compared: true })
  comeBack(desk)
  desk.key('bob', factsOf('second'))
  desk.tell({ type: 'closed', line: desk.line, code: 1006 })
  desk.tell({ type: 'timer', name: 'connect' })
  desk.tell({ type: 'opened', line: desk.line })
  const asked = desk.effects.filter((effect) => effect.type === 'look up' && effect.line === desk.line)
  expect(asked).toContainEqual({ type: 'look up', name: 'bob', line: desk.line })
  desk.key('me', factsOf('my key'))
  expect(sendsIn(desk.seal(desk.key('bob', factsOf('first'))))).toEqual(['hello'])
  expect(desk.state.peers.get('bob')).toMatchObject({ compared: true, keyChanged: false, candidate: null })
})

test('other keys for one’s own account sign this device out', () => {
  const desk = withBob()
  desk.key('me', factsOf('somebody else’s'))
  expect(desk.state.line.phase).toBe('signed out')
})

test('a name that is typed otherwise is the same conversation', () => {
  const desk = withBob()
  call(desk, { type: 'open', name: 'BOB' })
  expect(desk.state.peers.size).toBe(1)
  expect(desk.effects.findLast((effect) => effect.type === 'settle')).toMatchObject({ value: 'bob' })
})
