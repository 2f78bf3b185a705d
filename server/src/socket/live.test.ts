import { beforeEach, expect, test } from 'vitest'
import { openLiveSockets } from './live.ts'
import type { LiveSockets } from './live.ts'

const PHONE = 7
let live: LiveSockets
let closed: string[]
const add = (id: string): void => live.add(PHONE, id, { close: () => void closed.push(id) })
const hear = (connection: string, order: number): void =>
  live.hear({ kind: 'device connected', mailbox: PHONE, connection, order })

beforeEach(() => {
  live = openLiveSockets()
  closed = []
})

test('a newer one elsewhere closes the one that is here', () => {
  add('here')
  hear('here', 4)
  hear('elsewhere', 5)
  expect(closed).toEqual(['here'])
})

test('what is heard late of an older one closes nothing', () => {
  add('here')
  hear('here', 4)
  hear('elsewhere', 3)
  hear('here', 4)
  expect(closed).toEqual([])
})

test('while it is not known which one is newer both stay; then the older one goes', () => {
  add('here')
  hear('older', 3)
  hear('newer', 5)
  expect(closed).toEqual([])
  hear('here', 4)
  expect(closed).toEqual(['here'])
})

test('here the one that comes later takes the place at once, whatever is heard of the one before', () => {
  add('first')
  add('second')
  expect(closed).toEqual(['first'])
  hear('first', 1)
  hear('second', 2)
  live.remove(PHONE, 'first')
  hear('elsewhere', 3)
  expect(closed).toEqual(['first', 'second'])
})

test('alone, without any order, nothing that is told of itself closes it', () => {
  add('here')
  live.hear({ kind: 'device connected', mailbox: PHONE, connection: 'here' })
  expect(closed).toEqual([])
})
