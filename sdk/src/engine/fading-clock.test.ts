import { expect, test } from 'vitest'
import { lookedAt, newClock } from './fading-clock.ts'
import type { FadingClock } from './fading-clock.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY
const NOW = 1_800_000_000_000

/** Looks once a minute for so long, as the engine does. */
const running = (clock: FadingClock, ms: number): FadingClock => {
  let at = clock
  for (let left = ms; left > 0; left -= MINUTE) at = lookedAt(at, at.wall + Math.min(left, MINUTE), false)
  return at
}

const set = (clock: FadingClock, by: number): FadingClock => lookedAt(clock, clock.wall + by, false)
const closed = (clock: FadingClock, by: number): FadingClock => lookedAt(clock, clock.wall + by, true)

test('what passes counts, open, closed and asleep', () => {
  const clock = newClock(NOW)
  expect(running(clock, 3 * HOUR).lived).toBe(3 * HOUR)
  expect(closed(clock, 40 * DAY).lived).toBe(40 * DAY)
  expect(set(clock, 8 * HOUR).lived).toBe(8 * HOUR)
})

test('a clock that is set forward by years takes a day at most', () => {
  const leapt = set(newClock(NOW), 10 * YEAR)
  expect(leapt.lived).toBe(DAY)
  // And what is lost is lost: set right, time goes on as before.
  expect(running(set(leapt, -10 * YEAR), 2 * HOUR).lived).toBe(DAY + 2 * HOUR)
})

test('a clock that is set back by years keeps nothing for longer than an hour of use', () => {
  const back = set(newClock(NOW), -10 * YEAR)
  expect(back.lived).toBe(0)
  expect(running(back, 30 * MINUTE).lived).toBe(30 * MINUTE)
  expect(closed(running(back, 30 * MINUTE), 5 * DAY).lived).toBe(30 * MINUTE)
  expect(closed(running(back, HOUR), 5 * DAY).lived).toBe(5 * DAY + HOUR)
})

test('a machine without a battery, which begins in 1970 and is then set right, counts what passed', () => {
  const off = closed(newClock(NOW), -NOW)
  expect(off.lived).toBe(0)
  const right = set(running(off, 5 * MINUTE), 2 * DAY + NOW - 5 * MINUTE)
  expect(right.lived).toBe(5 * MINUTE + DAY)
  const early = set(running(off, 5 * MINUTE), 3 * HOUR + NOW - 5 * MINUTE)
  expect(early.lived).toBe(5 * MINUTE + 3 * HOUR)
})
