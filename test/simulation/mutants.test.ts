import { expect, test } from 'vitest'
import { anyFaults, faultsAroundRestore } from './kit/faults.ts'
import { MUTANTS } from './kit/mutants.ts'
import { search } from './kit/search.ts'
import { MUTANT_RUNS, PATIENCE_MS, SEED } from './kit/settings.ts'

test.each(MUTANTS)('the simulation finds it when $name', { timeout: PATIENCE_MS }, async (mutant) => {
  const faults = mutant.needsRestore === true ? faultsAroundRestore : anyFaults
  const found = await search({ faults, mutant, runs: MUTANT_RUNS, seed: SEED })
  expect(found, 'survived').not.toBeNull()
  console.log(`found after ${found?.run} runs: ${mutant.name}`)
})
