import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Call, Outcome } from './calls.ts'
import { packCalls, packOutcomes, unpackCalls, unpackOutcomes } from './wire.ts'

const call: fc.Arbitrary<Call> = fc.oneof(
  fc.record({
    name: fc.constant('append' as const),
    args: fc.tuple(
      fc.record(
        {
          sender: fc.nat(),
          fromMailbox: fc.option(fc.nat()),
          id: fc.uuid(),
          timestamp: fc.double({ noNaN: true }),
          to: fc.array(
            fc.record(
              { username: fc.string(), message_text: fc.string({ unit: 'binary' }) },
              { requiredKeys: ['username'] },
            ),
          ),
          now: fc.nat(),
          text: fc.string({ unit: 'binary' }),
          group: fc.record(
            { id: fc.string(), epoch: fc.nat(), commit: fc.constant(true as const) },
            { requiredKeys: ['id', 'epoch'] },
          ),
          expiresIn: fc.nat(),
        },
        { requiredKeys: ['sender', 'fromMailbox', 'id', 'timestamp', 'to', 'now'] },
      ),
    ),
  }),
  fc.record({ name: fc.constant('acknowledge' as const), args: fc.tuple(fc.nat(), fc.nat()) }),
  fc.record({ name: fc.constant('findAccount' as const), args: fc.tuple(fc.string()) }),
)

const place = fc.record({ mailbox: fc.nat(), seq: fc.nat(), index: fc.nat() })
const value = fc.oneof(
  fc.constant(undefined),
  fc.record({
    result: fc.constant('accepted'),
    after: fc.nat(),
    duplicate: fc.boolean(),
    entries: fc.array(place),
  }),
  fc.constant({ result: 'id_reused' }),
  fc.record({ result: fc.constant('epoch_passed'), epoch: fc.nat() }),
  fc.constant(null),
  fc.boolean(),
)
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ ok: fc.constant(true as const), value }),
  fc.constant({ ok: false as const, failure: { code: 'disk_full' as const, retryAfter: 5, detail: 'full' } }),
)

test('calls come out of the list as they went in', () => {
  fc.assert(
    fc.property(fc.array(call), (calls) => {
      expect(unpackCalls(packCalls(calls))).toEqual(calls)
    }),
  )
})

test('outcomes come out of the list as they went in', () => {
  fc.assert(
    fc.property(fc.array(outcome), (outcomes) => {
      expect(unpackOutcomes(packOutcomes(outcomes))).toEqual(outcomes)
    }),
  )
})

test('a list that is cut off is a mistake that shows', () => {
  const flat = packCalls([{ name: 'acknowledge', args: [1, 2] }])
  expect(() => unpackCalls(flat.slice(0, 2))).toThrow(TypeError)
})
