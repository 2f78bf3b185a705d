import { describe, expect, test } from 'vitest'
import { PAIR, play } from './kit/chat.ts'
import { exploreDouble, exploreSingle } from './kit/explore.ts'
import type { Explored } from './kit/explore.ts'
import { faultsAroundRestore } from './kit/faults.ts'
import { MUTANTS } from './kit/mutants.ts'
import { search } from './kit/search.ts'
import { PATIENCE_MS, RUNS, SEED } from './kit/settings.ts'

const seed = 1

/** The story of the first that went wrong; nothing when none did. */
async function storyOf({ wrong: [faults] }: Explored): Promise<readonly string[]> {
  if (faults === undefined) return []
  const { lines } = await play({ seed, faults, script: PAIR, isTold: true })
  return [JSON.stringify(faults), ...lines]
}

describe('four messages between two devices, and a crash of the server, the sender or the recipient at every moment', () => {
  test('one crash', { timeout: PATIENCE_MS }, async () => {
    const explored = await exploreSingle({ seed })
    expect(await storyOf(explored)).toEqual([])
    // A conversation without moments would pass too.
    expect(explored.runs).toBeGreaterThan(60)
  })

  test('two crashes', { timeout: PATIENCE_MS }, async () => {
    const explored = await exploreDouble({ seed })
    expect(await storyOf(explored)).toEqual([])
    expect(explored.runs).toBeGreaterThan(4_000)
  })

  test.each(MUTANTS.filter(({ isSeenByCrashes }) => isSeenByCrashes === true))(
    'find it when $name',
    { timeout: PATIENCE_MS },
    async (mutant) => {
      expect((await exploreSingle({ seed, mutant })).wrong.length).toBeGreaterThan(0)
    },
  )
})

test('a backup that is put back loses what is not in it and doubles nothing', { timeout: PATIENCE_MS }, async () => {
  const found = await search({ faults: faultsAroundRestore, runs: Math.ceil(RUNS / 10), seed: SEED })
  expect(found?.story).toBeUndefined()
})
