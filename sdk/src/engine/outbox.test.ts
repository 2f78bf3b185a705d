import { expect, test } from 'vitest'
import { Desk, factsOf, sendsIn } from './testing/desk.ts'

/** Bob's key is known; of two messages to him the first is sealed and on its way. */
function withTwoForBob(): Desk {
  const desk = new Desk()
  desk.online()
  desk.compose('one', 'bob')
  desk.compose('two', 'bob')
  desk.seal(desk.key('bob', factsOf('key of bob')))
  return desk
}

const refused = (desk: Desk, id: string, code: 'unavailable' | 'mailbox_full' | 'no_such_user', retryAfter?: number) =>
  desk.tell({
    type: 'frame',
    line: desk.line,
    frame: {
      type: 'refused',
      id,
      code,
      message: '',
      ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
    },
  })

test('a key that was asked for and not pinned, since what came with it was forged, is pinned by writing', () => {
  const desk = new Desk()
  desk.online()
  desk.key('bob', factsOf('key of bob'))
  const effects = desk.compose('one', 'bob')
  expect(effects.find((effect) => effect.type === 'seal')?.message.key.publicKey).toBe('key of bob')
  expect(desk.state.peers.get('bob')?.pinned?.fingerprint).toBe('key of bob')
})

test('a message is on disk before it is sealed, sealed on disk before it is sent, and one goes at a time', () => {
  const desk = withTwoForBob()
  expect(desk.stages()).toEqual({ one: 'flying', two: 'saved' })
  const order = desk.effects.flatMap((effect) => {
    if (effect.type === 'commit') return effect.writes.flatMap(({ table }) => (table === 'outbox' ? ['outbox'] : []))
    return effect.type === 'seal' || (effect.type === 'send' && effect.frame.type === 'send') ? [effect.type] : []
  })
  expect(order).toEqual(['outbox', 'outbox', 'seal', 'outbox', 'send'])
})

test('what was refused for now comes again, and nothing of the same conversation overtakes it', () => {
  const desk = withTwoForBob()
  expect(sendsIn(refused(desk, 'one', 'unavailable', 3))).toEqual([])
  const timer = desk.effects.findLast((effect) => effect.type === 'timer')
  expect(timer).toMatchObject({ name: 'retry bob' })
  expect(timer?.ms).toBeGreaterThanOrEqual(3_000)
  desk.seal(desk.compose('hello', 'carol'))
  expect(sendsIn(desk.seal(desk.key('carol', factsOf('key of carol'))))).toEqual(['hello'])
  expect(sendsIn(desk.tell({ type: 'timer', name: 'retry bob' }))).toEqual(['one'])
})

test('what was refused for now says why it waits, and goes at once when somebody asks for that, as the same message', () => {
  const desk = withTwoForBob()
  const first = desk.effects.findLast((effect) => effect.type === 'send')
  const told = refused(desk, 'one', 'mailbox_full')
  expect(told.filter((effect) => effect.type === 'notify').map(({ change }) => change.kind)).toEqual([
    'messages',
    'conversations',
  ])
  expect(desk.state.outbox[0]).toMatchObject({ id: 'one', state: 'waiting', refusal: 'mailbox_full' })
  const again = desk.tell({
    type: 'call',
    ticket: 7,
    call: { type: 'retry', id: 'one', newId: 'new', expired: null, before: null },
  })
  expect(again.find((effect) => effect.type === 'send')).toEqual(first)
  expect(again).toContainEqual({ type: 'cancel timer', name: 'retry bob' })
  expect(desk.state.outbox[0]).toMatchObject({ id: 'one', stage: 'flying', refusal: null })
})

test('what was refused for good stays as failed, and the next one goes', () => {
  const desk = withTwoForBob()
  expect(sendsIn(desk.seal(refused(desk, 'one', 'no_such_user')))).toEqual(['two'])
  expect(desk.state.outbox[0]).toMatchObject({ state: 'failed', refusal: 'no_such_user' })
})

test('a message to nobody fails before anything is sent', () => {
  const desk = new Desk()
  desk.online()
  desk.compose('one', 'bbo')
  expect(sendsIn(desk.key('bbo', null))).toEqual([])
  expect(desk.state.outbox[0]).toMatchObject({ state: 'failed', refusal: 'no_such_user' })
})

test('after a lost line the same bytes go again under the same id; after an accepted one nothing does', () => {
  const desk = withTwoForBob()
  const first = desk.effects.findLast((effect) => effect.type === 'send')
  desk.tell({ type: 'closed', line: desk.line, code: 1006 })
  desk.tell({ type: 'timer', name: 'connect' })
  const again = desk.tell({ type: 'opened', line: desk.line })
  const second = again.find((effect) => effect.type === 'send')
  expect(second?.frame).toEqual(first?.frame)
  desk.tell({ type: 'frame', line: desk.line, frame: { type: 'sent', id: 'one', after: 0, duplicate: true } })
  expect(desk.stages()).toEqual({ two: 'saved' })
})

test('a message that makes the server close the line is given up in the end, and the others go', () => {
  const desk = withTwoForBob()
  for (let count = 0; count < 4; count += 1) {
    desk.tell({ type: 'closed', line: desk.line, code: 4000 })
    desk.tell({ type: 'timer', name: 'connect' })
    desk.tell({ type: 'opened', line: desk.line })
    desk.key('me', factsOf('my key'))
    desk.seal(desk.key('bob', factsOf('key of bob')))
  }
  expect(desk.stages()).toEqual({ one: 'failed', two: 'flying' })
})

test('a key that changed while nothing was sent yet: sealed anew', () => {
  const desk = withTwoForBob()
  desk.compose('hello', 'carol')
  const sealing = desk.key('carol', factsOf('key of carol'))
  desk.tell({ type: 'closed', line: desk.line, code: 1006 })
  desk.seal(sealing)
  desk.tell({ type: 'timer', name: 'connect' })
  desk.tell({ type: 'opened', line: desk.line })
  desk.key('me', factsOf('my key'))
  desk.seal(desk.key('bob', factsOf('another key of bob')))
  desk.seal(desk.key('carol', factsOf('another key of carol')))
  const sealed = desk.state.outbox.map((item) => item.sealed?.key)
  // The first may have reached the server: its bytes may not change.
  expect(sealed).toEqual(['key of bob', undefined, 'another key of carol'])
})

test('the state that is handed in stays as it was, and the same events give the same effects', () => {
  const desk = withTwoForBob()
  const before = desk.state
  const copy = structuredClone(before)
  desk.tell({ type: 'frame', line: desk.line, frame: { type: 'sent', id: 'one', after: 3 } })
  desk.seal(desk.compose('three', 'bob'))
  desk.tell({ type: 'closed', line: desk.line, code: 1006 })
  expect(before).toEqual(copy)
  expect(withTwoForBob().effects).toEqual(withTwoForBob().effects)
})
