import { expect, test } from 'vitest'
import { anyFaults } from './kit/faults.ts'
import { search } from './kit/search.ts'
import { PATIENCE_MS, RUNS, SEED } from './kit/settings.ts'

test(`the second half of ${RUNS} random schedules of faults`, { timeout: PATIENCE_MS }, async () => {
  const first = Math.ceil(RUNS / 2)
  const found = await search({ faults: anyFaults, from: first, runs: RUNS - first, seed: SEED })
  expect(found?.story).toBeUndefined()
})
