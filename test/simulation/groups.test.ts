import { describe, expect, test } from 'vitest'
import { CIRCLE_IN_GROUPS, CIRCLE_OF_A_LIAR, CIRCLE_OF_MANY, PAIR_IN_GROUP, play } from './kit/chat.ts'
import { exploreSingle } from './kit/explore.ts'
import { anyFaults, faultsOfMany } from './kit/faults.ts'
import type { Fault } from './kit/faults.ts'
import { GROUP_MUTANTS } from './kit/group-mutants.ts'
import { search } from './kit/search.ts'
import { PATIENCE_MS, RUNS, SEED } from './kit/settings.ts'

/** Conversations in groups (decision 0019). Each takes three times as long as in envelopes, so they are played less than everything else. */
const GROUP_RUNS = Math.ceil(RUNS / 100)
/** In a group of many a world has four devices in one tree. */
const MANY_RUNS = Math.ceil(RUNS / 200)

const how = { seed: 1, script: PAIR_IN_GROUP }

describe('conversations in groups', { timeout: PATIENCE_MS }, () => {
  test('four messages, with one crash of anybody at every moment', async () => {
    const { runs, wrong } = await exploreSingle(how)
    expect(wrong).toEqual([])
    expect(runs).toBeGreaterThan(120)
  })

  test('the four messages do go in a group', async () => {
    const { lines } = await play({ ...how, faults: [], isTold: true })
    expect(lines.filter((line) => line.includes('in group')).length).toBeGreaterThanOrEqual(4)
  })

  test(`${GROUP_RUNS} random schedules of faults`, async () => {
    const found = await search({ faults: anyFaults, script: CIRCLE_IN_GROUPS, seed: SEED, runs: GROUP_RUNS })
    expect(found?.story ?? null).toBeNull()
  })

  test.each(GROUP_MUTANTS)('it is found when $name', async (mutant) => {
    const crashes = await exploreSingle({ ...how, mutant })
    if (crashes.wrong.length > 0) return
    const found = await search({ faults: anyFaults, script: CIRCLE_IN_GROUPS, seed: SEED, runs: GROUP_RUNS, mutant })
    expect(found).not.toBeNull()
  })
})

describe('a group of many', { timeout: PATIENCE_MS }, () => {
  const many = { faults: faultsOfMany, script: CIRCLE_OF_MANY, seed: SEED, runs: MANY_RUNS } as const

  test(`${MANY_RUNS} random schedules of faults`, async () => {
    expect((await search(many))?.story ?? null).toBeNull()
  })

  test.each(GROUP_MUTANTS.slice(0, 1))('it is found when $name', async (mutant) => {
    expect(await search({ ...many, mutant })).not.toBeNull()
  })

  test.each<readonly [string, number, readonly Fault[]]>([
    ['key packages that did not arrive are counted again', 0, [{ at: 0, kind: 'store is full', who: 0, size: 1 }]],
    ['what could not be counted is counted again', 0, [{ at: 0, kind: 'store is unsure', who: 0, size: 1 }]],
    [
      'a new device says that it is there when somebody can hear it',
      -5,
      [
        { at: 5, kind: 'device clock jumps', who: 5, size: 0 },
        { at: 175, kind: 'server crashes', who: 0, size: 2 },
        { at: 114, kind: 'server crashes', who: 0, size: 0 },
      ],
    ],
    [
      'and says so again when that was lost with the line',
      -5,
      [
        { at: 123, kind: 'device clock jumps', who: 5, size: 0 },
        { at: 134, kind: 'line goes dead', who: 1, size: 0 },
        { at: 0, kind: 'server crashes', who: 0, size: 0 },
      ],
    ],
  ])('%s', async (_name, seed, faults) => {
    expect((await play({ seed, faults, script: CIRCLE_OF_MANY })).violations).toEqual([])
  })
})

/** Schedules that have found something, each by the name of what it found. */
const NAMED: readonly (readonly [string, number, readonly Fault[]])[] = [
  [
    'a commit that is sent again is the same message',
    13,
    [
      { at: 20, kind: 'line is slow', who: 1, size: 1 },
      { at: 744, kind: 'store is unsure', who: 0, size: 0 },
    ],
  ],
  [
    'a group that an earlier key vouches for can be read',
    0,
    [{ at: 101, kind: 'account gets new keys', who: 0, size: 0 }],
  ],
  [
    'whoever cannot read somebody new asks them all the same',
    0,
    [
      { at: 452, kind: 'device is added', who: 0, size: 0 },
      { at: 700, kind: 'store is busy', who: 0, size: 0 },
    ],
  ],
  [
    'a commit that comes once more is no sign of a mailbox counted anew',
    1235053745,
    [{ at: 1263, kind: 'server crashes', who: 0, size: 0 }],
  ],
  [
    'what is asked for is given when the server takes it, not at the next question',
    199978553,
    [
      { at: 0, kind: 'disk is busy', who: 5, size: 1 },
      { at: 1688, kind: 'server clock jumps', who: 0, size: 1 },
      { at: 1688, kind: 'account gets new keys', who: 3, size: 0 },
    ],
  ],
  [
    'who cannot read asks which keys are its own now, since another device may have made new ones',
    -1188510539,
    [
      { at: 46, kind: 'account gets new keys', who: 5, size: 0 },
      { at: 118, kind: 'account gets new keys', who: 0, size: 0 },
    ],
  ],
]

test.each(NAMED)('%s', async (_name, seed, faults) => {
  expect((await play({ seed, faults, script: CIRCLE_IN_GROUPS })).violations).toEqual([])
})

/** The same with a server that lies. */
const NAMED_LIES: readonly (readonly [string, number, readonly Fault[]])[] = [
  [
    'what was to go in an envelope does not wait without end when there has been a group since',
    663927438,
    [
      { at: 2234, kind: 'server swallows', who: 2, size: 2 },
      { at: 2249, kind: 'server holds back', who: 5, size: 0 },
      { at: 2864, kind: 'account gets new keys', who: 0, size: 0 },
    ],
  ],
  [
    'what cannot be read at first stands before what was accepted behind it, though that is heard of earlier',
    1876648731,
    [
      { at: 1745, kind: 'server drops the end', who: 2, size: 0 },
      { at: 2859, kind: 'line is slow', who: 0, size: 0 },
      { at: 905, kind: 'replies are lost', who: 5, size: 1 },
    ],
  ],
  [
    'key packages that were on their way when the key changed do not count',
    -223837063,
    [
      { at: 1166, kind: 'server swallows', who: 4, size: 2 },
      { at: 2917, kind: 'line is cut', who: 5, size: 1 },
      { at: 2913, kind: 'replies are lost', who: 0, size: 0 },
      { at: 751, kind: 'account gets new keys', who: 2, size: 0 },
    ],
  ],
]

test.each(NAMED_LIES)('%s', async (_name, seed, faults) => {
  const script = { ...CIRCLE_OF_A_LIAR, hasGroups: true } as const
  expect((await play({ seed, faults, script })).violations).toEqual([])
})
