import { expect, test } from 'vitest'
import { Desk } from './testing/desk.ts'

const beat = (desk: Desk) => desk.tell({ type: 'timer', name: 'beat' })
const hasPing = (effects: readonly { readonly type: string }[]) =>
  effects.some((effect) => 'frame' in effect && JSON.stringify(effect.frame) === '{"type":"ping"}')

test('silence: a ping after 15 s, a new line within 30 s', () => {
  const desk = new Desk()
  desk.online()
  expect([beat(desk), beat(desk), beat(desk), beat(desk)].map(hasPing)).toEqual([false, false, true, false])
  expect(desk.state.line.phase).toBe('online')
  beat(desk)
  expect(desk.state.line.phase).toBe('waiting')
})

test('a line that neither opens nor closes is given up within 30 s', () => {
  const desk = new Desk()
  desk.tell({ type: 'start' })
  expect(desk.effects.filter((effect) => effect.type === 'timer')).toEqual([{ type: 'timer', name: 'beat', ms: 5_000 }])
  const old = desk.line
  expect([beat(desk), beat(desk), beat(desk), beat(desk)].some(hasPing)).toBe(false)
  expect(desk.state.line.phase).toBe('connecting')
  expect(beat(desk)).toContainEqual({ type: 'hang up', line: old })
  expect(desk.state.line.phase).toBe('waiting')
  expect(desk.tell({ type: 'opened', line: old })).toEqual([])
})

test('whatever is heard begins the silence anew', () => {
  const desk = new Desk()
  desk.online()
  for (let count = 0; count < 4; count += 1) beat(desk)
  desk.tell({ type: 'frame', line: desk.line, frame: { type: 'pong' } })
  beat(desk)
  expect(desk.state.line.phase).toBe('online')
})

test('comes back later and later, at most 30 s, at once when nudged', () => {
  const desk = new Desk()
  desk.tell({ type: 'start' })
  const waits: number[] = []
  for (let count = 0; count < 40; count += 1) {
    desk.tell({ type: 'closed', line: desk.line, code: null })
    const timer = desk.effects.findLast((effect) => effect.type === 'timer')
    waits.push(timer?.ms ?? -1)
    desk.tell({ type: 'timer', name: 'connect' })
  }
  expect(waits[0]).toBeLessThanOrEqual(500)
  expect(Math.max(...waits)).toBeLessThanOrEqual(30_000)
  expect(Math.max(...waits)).toBeGreaterThan(15_000)
  desk.tell({ type: 'closed', line: desk.line, code: null })
  expect(desk.tell({ type: 'nudge' })).toContainEqual({ type: 'connect', line: desk.line })
})

test('an ended session is told as such, whether the server says so or the socket does not open', () => {
  const closed = new Desk()
  closed.online()
  closed.tell({ type: 'closed', line: closed.line, code: 4001 })
  expect(closed.state.line.phase).toBe('signed out')
  const refused = new Desk()
  refused.tell({ type: 'start' })
  const line = refused.line
  expect(refused.tell({ type: 'closed', line, code: null })).toContainEqual({ type: 'check session', line })
  refused.tell({ type: 'session checked', line, over: true })
  expect(refused.state.line.phase).toBe('signed out')
})

test('what an older line says is not heard', () => {
  const desk = new Desk()
  desk.online()
  const old = desk.line
  desk.tell({ type: 'closed', line: old, code: 1006 })
  desk.tell({ type: 'nudge' })
  expect(desk.tell({ type: 'opened', line: old })).toEqual([])
})
