import { expect, test } from 'vitest'
import { localBus } from '../bus/local.ts'
import { RATES } from '@chatnip/protocol'
import { manualClock } from '../testing.ts'
import { openLimiter } from './limiter.ts'
import { shareLimits } from './shared.ts'

const SECRET = new Uint8Array(32)

/** Two nodes on one bus. */
function nodes() {
  const clock = manualClock(1_000_000)
  const bus = localBus()
  const node = () =>
    shareLimits(
      openLimiter(() => clock.now()),
      { bus, clock, secret: SECRET },
    )
  return { clock, bus, one: node(), two: node() }
}

test('what was guessed on one node counts on the other', () => {
  const { clock, one, two } = nodes()
  for (let n = 0; n < RATES.password.burst; n += 1) (n % 2 === 0 ? one : two).take('password', 7)
  clock.advance(100)
  for (const node of [one, two]) expect(() => node.take('password', 7)).toThrow('Too many')
  expect(() => two.take('password', 8)).not.toThrow('Too many')
})

test('what was given back is given back everywhere', () => {
  const { clock, one, two } = nodes()
  for (let n = 0; n < 50; n += 1) {
    one.take('password', 7)
    one.giveBack('password', 7)
    clock.advance(100)
  }
  for (let n = 0; n < RATES.password.burst; n += 1) two.take('password', 7)
  expect(() => two.take('password', 7)).toThrow('Too many')
})

test('the quick rates are each node’s own, and no name or address is told', () => {
  const { clock, bus, one, two } = nodes()
  const told: string[] = []
  bus.onNotice((notice) => told.push(JSON.stringify(notice)))
  for (let n = 0; n < RATES.message.burst; n += 1) one.take('message', 7)
  one.take('log_in', 'alice|192.0.2.1')
  clock.advance(100)
  expect(() => two.take('message', 7)).not.toThrow('Too many')
  expect(told).toHaveLength(1)
  expect(told.join('')).not.toMatch(/alice|192/)
})

test('more than all that there is makes a bucket empty, not shut for years; garbage is passed over', () => {
  const { clock, bus, one } = nodes()
  one.take('password', 7)
  let key = ''
  bus.onNotice((notice) => {
    if (notice.kind === 'taken') key = notice.takings[0]?.[1] ?? ''
  })
  clock.advance(100)
  bus.tell({
    kind: 'taken',
    by: 'evil',
    takings: [
      ['password', key, 1e15],
      ['nonsense', key, 1],
      ['frames', key, 1],
      ['password', key, Number.NaN],
    ],
  })
  expect(() => one.take('password', 7)).toThrow('Too many')
  clock.advance((RATES.password.burst * RATES.password.seconds + 1) * 1_000)
  expect(() => one.take('password', 7)).not.toThrow('Too many')
})
