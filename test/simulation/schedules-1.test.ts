import { expect, test } from 'vitest'
import { anyFaults } from './kit/faults.ts'
import { search } from './kit/search.ts'
import { PATIENCE_MS, RUNS, SEED } from './kit/settings.ts'

// In two files, so that two cores share them.
test(`the first half of ${RUNS} random schedules of faults`, { timeout: PATIENCE_MS }, async () => {
  const found = await search({ faults: anyFaults, runs: Math.ceil(RUNS / 2), seed: SEED })
  expect(found?.story).toBeUndefined()
})
