import type { Clock, Randomness } from '../ports.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  timer: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

export const systemRandom: Randomness = {
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  uuid: () => crypto.randomUUID(),
  number: () => Math.random(),
}
