import fc from 'fast-check'
import { play } from './chat.ts'
import type { Play } from './chat.ts'
import type { Fault } from './faults.ts'

export interface Search extends Omit<Play, 'seed' | 'faults' | 'isTold'> {
  readonly faults: fc.Arbitrary<readonly Fault[]>
  readonly runs: number
  /** Of the search; each run has its own, drawn from it. */
  readonly seed: number
}

export interface Finding {
  /** Runs until it was found, this one included. */
  readonly run: number
  readonly seed: number
  readonly faults: readonly Fault[]
  /** The shortest story, in words. */
  readonly story: string
}

/**
 * Worlds that play side by side: they share the turns of Node's loop. Few, since every world that is under way is in the way of the others' memory:
 * 3 play 245 schedules per CPU second, 24 play 185, 64 play 170.
 */
export const LANES = 3
/** Schedules drawn at a time. */
const CHUNK = 2_000
const MOST_SHRINKS = 400

/** Plays random schedules; the first in the order of their drawing that goes wrong is shrunk and told. Null: all went well. */
export async function search({ faults, runs, seed, ...how }: Search): Promise<Finding | null> {
  const schedules = fc.tuple(fc.integer(), faults)
  for (let begin = 0; begin < runs; begin += CHUNK) {
    const drawn = fc.sample(schedules, { seed: seed + begin, numRuns: Math.min(CHUNK, runs - begin) })
    const found = await firstWrong(drawn, how)
    if (found === null) continue
    const [worldSeed, worldFaults] = await shrink(schedules, found.schedule, how)
    const { lines } = await play({ ...how, seed: worldSeed, faults: worldFaults, isTold: true })
    const story = [`world seed ${worldSeed}, faults ${JSON.stringify(worldFaults)}`, ...lines].join('\n')
    return { run: begin + found.index + 1, seed: worldSeed, faults: worldFaults, story }
  }
  return null
}

type Schedule = readonly [number, readonly Fault[]]
type How = Omit<Play, 'seed' | 'faults'>

async function firstWrong(
  drawn: readonly Schedule[],
  how: How,
): Promise<{ readonly index: number; readonly schedule: Schedule } | null> {
  let next = 0
  let first = Infinity
  const lane = async () => {
    for (let index = next; index < Math.min(drawn.length, first); index = next) {
      next = index + 1
      const schedule = drawn[index]
      if (schedule !== undefined && (await isWrong(schedule, how))) first = Math.min(first, index)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const schedule = drawn[first]
  return schedule === undefined ? null : { index: first, schedule }
}

const isWrong = async ([seed, faults]: Schedule, how: How): Promise<boolean> =>
  (await play({ ...how, seed, faults })).violations.length > 0

async function shrink(
  schedules: fc.Arbitrary<[number, readonly Fault[]]>,
  [seed, faults]: Schedule,
  how: How,
): Promise<Schedule> {
  let attempts = 0
  const property = fc.asyncProperty(schedules, async (smaller) => {
    attempts += 1
    return attempts > MOST_SHRINKS || !(await isWrong(smaller, how))
  })
  const { counterexample } = await fc.check<[[number, readonly Fault[]]]>(property, {
    numRuns: 1,
    examples: [[[seed, faults]]],
  })
  return counterexample?.[0] ?? [seed, faults]
}
