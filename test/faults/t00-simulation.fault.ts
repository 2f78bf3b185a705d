import { expect, onTestFinished, test } from 'vitest'
import { MUTANTS } from '../simulation/kit/mutants.ts'
import { Pool } from '../simulation/kit/pool.ts'
import { MUTANT_RUNS } from '../simulation/kit/settings.ts'
import { portionsOf } from '../simulation/kit/tasks.ts'
import { progressOf } from './kit/progress.ts'
import { SEED } from './kit/random.ts'
import { byTier, report } from './kit/report.ts'

/** T0: the large figure of what `npm test` plays in small: random schedules of faults in virtual time, on all cores. One in ten is about a backup. */

async function findMutants(pool: Pool): Promise<readonly { readonly name: string; readonly runs: number | null }[]> {
  return Promise.all(
    MUTANTS.map(async ({ name }, index) => {
      const { runs, story } = await pool.run({ kind: 'mutant', index, seed: SEED, runs: MUTANT_RUNS })
      return { name, runs: story === null ? null : runs }
    }),
  )
}

test('T0 random schedules of faults lose, double and turn round nothing', async () => {
  const pool = new Pool()
  onTestFinished(() => pool.close())
  const schedules = byTier(20_000, 1_000_000)
  const restores = schedules / 10
  const tasks = [...portionsOf('schedules', schedules - restores, SEED), ...portionsOf('restores', restores, SEED)]
  const said = progressOf('T0', schedules, 'schedules')
  const began = performance.now()
  let done = 0
  const { runs, story } = await pool.runAll(tasks, (result) => said((done += result.runs)))
  const perSecond = Math.round(runs / ((performance.now() - began) / 1_000))
  const mutants = await findMutants(pool)
  const missed = mutants.filter((mutant) => mutant.runs === null).map(({ name }) => name)
  const latest = Math.max(...mutants.map((mutant) => mutant.runs ?? MUTANT_RUNS))
  report({
    test: 'T0',
    title: 'simulated schedules',
    counts: { faults: runs, lost: story === null ? 0 : 1 },
    control: {
      name: `${mutants.length} planted mistakes`,
      failed: missed.length === 0,
      found: missed.length === 0 ? `each found, the last after ${latest} schedules` : `not found: ${missed.join(', ')}`,
    },
    more: { perSecond, seed: SEED },
  })
  expect(story).toBeNull()
  expect(runs).toBe(schedules)
  expect(missed).toEqual([])
})
