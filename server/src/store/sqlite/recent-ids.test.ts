import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecentIds } from './recent-ids.ts'

/** Few accounts and bytes, so that keys are often alike or nearly so. */
const key = fc.record({
  account: fc.constantFrom(1, 2, 65_536, 65_537),
  id: fc.array(fc.constantFrom(0, 1, 255), { minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
})
const step = fc.oneof(
  { weight: 8, arbitrary: key },
  { weight: 1, arbitrary: fc.nat(5) },
  { weight: 1, arbitrary: fc.constant('clear' as const) },
)

test('it finds what a map finds, whatever was added, dropped and cleared', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.array(key), (steps, strangers) => {
      const ids = new RecentIds()
      let known: { text: string; number: number }[] = []
      const textOf = (one: { account: number; id: Buffer }) => `${one.account}:${one.id.toString('hex')}`
      const numberOf = (text: string) => known.find((one) => one.text === text)?.number ?? null
      for (const [number, what] of steps.entries()) {
        if (what === 'clear') {
          ids.clear()
          known = []
        } else if (typeof what === 'number') {
          ids.dropLast(what)
          known = known.slice(0, Math.max(0, known.length - what))
        } else if (numberOf(textOf(what)) === null) {
          ids.add(what.account, what.id, number)
          known.push({ text: textOf(what), number })
        }
      }
      const all = [...strangers, ...steps.filter((what) => typeof what === 'object')]
      for (const one of all) expect(ids.find(one.account, one.id)).toBe(numberOf(textOf(one)))
      expect(ids.size).toBe(known.length)
    }),
    { numRuns: 50 },
  )
})

test('says so when there is no room left', () => {
  const ids = new RecentIds()
  const id = Buffer.alloc(16)
  const fill = () => {
    for (let n = 0; n < 100_000; n += 1) {
      id.writeUInt32LE(n)
      ids.add(1, id, n)
    }
  }
  expect(fill).toThrow(RangeError)
  expect(ids.size).toBe(65_536)
})
