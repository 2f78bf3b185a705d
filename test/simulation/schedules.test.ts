import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exploreSingle } from './kit/explore.ts'
import { MUTANTS } from './kit/mutants.ts'
import { Pool } from './kit/pool.ts'
import { MUTANT_RUNS, PATIENCE_MS, RUNS, SEED } from './kit/settings.ts'
import { portionsOf } from './kit/tasks.ts'

let pool: Pool
beforeAll(() => {
  pool = new Pool()
})
afterAll(() => pool.close())

describe('nothing is lost, doubled, turned around or left without an end', { timeout: PATIENCE_MS }, () => {
  test(`in ${RUNS} random schedules of faults`, async () => {
    const { runs, story } = await pool.runAll(portionsOf('schedules', RUNS, SEED))
    expect(story).toBeNull()
    expect(runs).toBe(RUNS)
  })

  test('when a backup is put back, but for what is not in it', async () => {
    const { story } = await pool.runAll(portionsOf('restores', Math.ceil(RUNS / 10), SEED))
    expect(story).toBeNull()
  })
})

test(
  'what a lying server swallows, holds back or turns around is given again or told',
  { timeout: PATIENCE_MS },
  async () => {
    const { story } = await pool.runAll(portionsOf('lies', Math.ceil(RUNS / 10), SEED))
    expect(story).toBeNull()
  },
)

test('all devices come to the same text, deletions and reactions', { timeout: PATIENCE_MS }, async () => {
  const { story } = await pool.runAll(portionsOf('deeds', Math.ceil(RUNS / 5), SEED))
  expect(story).toBeNull()
})

describe('four messages between two devices', { timeout: PATIENCE_MS }, () => {
  const seed = 1

  test('with one crash of the server, the sender or the recipient, at every moment', async () => {
    const { runs, wrong } = await exploreSingle({ seed })
    expect(wrong).toEqual([])
    // A conversation without moments would pass too.
    expect(runs).toBeGreaterThan(60)
  })

  test('with two crashes, at every two moments', async () => {
    const shares = Array.from({ length: 16 }, (_, share) => ({ kind: 'two crashes', seed, share, of: 16 }) as const)
    const { runs, story } = await pool.runAll(shares)
    expect(story).toBeNull()
    expect(runs).toBeGreaterThan(4_000)
  })

  test.each(MUTANTS.filter(({ isSeenByCrashes }) => isSeenByCrashes === true))(
    'one crash is enough to see that $name',
    async (mutant) => {
      expect((await exploreSingle({ seed, mutant })).wrong.length).toBeGreaterThan(0)
    },
  )
})

describe(`the simulation finds it within ${MUTANT_RUNS} schedules when`, { timeout: PATIENCE_MS }, () => {
  const searched = new Map<string, number | null>()
  beforeAll(async () => {
    const tasks = MUTANTS.map(async ({ name }, index) => {
      const { runs, story } = await pool.run({ kind: 'mutant', index, seed: SEED, runs: MUTANT_RUNS })
      searched.set(name, story === null ? null : runs)
    })
    await Promise.all(tasks)
  }, PATIENCE_MS)

  test.each(MUTANTS)('$name', ({ name }) => {
    const runs = searched.get(name)
    expect(runs, 'not found').toBeTypeOf('number')
    console.log(`found after ${runs} schedules: ${name}`)
  })
})
