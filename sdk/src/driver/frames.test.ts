import { expect, test } from 'vitest'
import { readFrame } from './frames.ts'

const id = '00000000-0000-4000-8000-000000000000'
const message = { type: 'message', seq: 7, id, sendername: 'alice', message_text: 'hello', timestamp: 1_795_000_000 }
const refused = { type: 'refused', id, code: 'no_such_user', message: 'There is nobody of that name.' }

test('what the protocol documents is read as it is', () => {
  const frames = [
    message,
    { type: 'expired', seq: 7, id, destname: 'bob' },
    { type: 'sent', id, after: 0 },
    { type: 'sent', id, after: 7, duplicate: true },
    { type: 'empty' },
    { type: 'pong' },
  ]
  for (const frame of frames) expect(readFrame(frame)).toEqual(frame)
  expect(readFrame(refused)).toMatchObject({ type: 'refused', id, code: 'no_such_user' })
  const passed = { ...refused, code: 'epoch_passed' }
  expect(readFrame({ ...passed, epoch: 7 })).toMatchObject({ code: 'epoch_passed', epoch: 7 })
  for (const epoch of [-1, 1.5, '7', null, 2 ** 60]) expect(readFrame({ ...passed, epoch })).not.toHaveProperty('epoch')
})

test('what is of another form is no frame', () => {
  const flaws = [
    { seq: 0 },
    { seq: -1 },
    { seq: 1.5 },
    { seq: '7' },
    { seq: 2 ** 41 },
    { seq: Number.POSITIVE_INFINITY },
    { id: id.toUpperCase().replace('0', 'A') },
    { id: 5 },
    { sendername: 'a b' },
    // Kelvin signs, whose lower case is a k.
    { sendername: '\u212aira' },
    { sendername: 'x'.repeat(33) },
    { sendername: null },
    { message_text: 5 },
    { message_text: 'x'.repeat(1024 * 1024 + 1) },
    { timestamp: -1 },
    { timestamp: Number.NaN },
    { type: 'gossip' },
    { type: { toString: 'message' } },
  ]
  expect(flaws.filter((flaw) => readFrame({ ...message, ...flaw }) !== null)).toEqual([])
  for (const value of [null, undefined, 5, 'message', [], [message], {}]) expect(readFrame(value)).toBeNull()
  expect(readFrame({ type: 'sent', id, after: -1 })).toBeNull()
  expect(readFrame({ type: 'expired', seq: 7, id, destname: {} })).toBeNull()
  expect(readFrame(JSON.parse(`{"__proto__":${JSON.stringify(message)}}`))).toBeNull()
})

test('members that nobody knows are left behind', () => {
  expect(readFrame({ ...message, mark: 'verified' })).toEqual(message)
})

test('an unknown code is "not now"; a wait is never so long that the timer overflows', () => {
  expect(readFrame({ ...refused, code: 'toString' })).toMatchObject({ code: 'unavailable' })
  expect(readFrame({ ...refused, retry_after: 1e12 })).toMatchObject({ retry_after: 3_600 })
  expect(readFrame({ ...refused, retry_after: -5 })).not.toHaveProperty('retry_after')
})
