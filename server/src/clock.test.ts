import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'

test('a small step back holds the time, a large one is followed', () => {
  let wall = 1_000_000_000
  const clock = systemClock(() => wall)
  expect(clock.now()).toBe(1_000_000_000)
  wall -= 30_000
  expect(clock.now()).toBe(1_000_000_000)
  wall += 40_000
  expect(clock.now()).toBe(1_000_010_000)
  wall += 10 * 365 * 86_400_000
  clock.now()
  wall = 1_000_020_000
  expect(clock.now()).toBe(1_000_020_000)
})
