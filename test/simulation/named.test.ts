import { expect, test } from 'vitest'
import { LIVELY, play } from './kit/chat.ts'
import type { Fault } from './kit/faults.ts'
import { MUTANTS } from './kit/mutants.ts'

/** Schedules that have found something, each by the name of what it found. */

const wrongIn = async (seed: number, faults: readonly Fault[]) => (await play({ seed, faults })).violations

test('a line that dies before the server has answered is given up', async () => {
  expect(await wrongIn(0, [{ at: 10, kind: 'line goes dead', who: 0, size: 0 }])).toEqual([])
})

const lostWakes: readonly [number, Fault][] = [
  // Receipts wake many who were forgotten; nothing comes behind these.
  [814, { at: 1418, kind: 'store is unsure', who: 0, size: 2 }],
  [1, { at: 0, kind: 'wake-ups are lost', who: 0, size: 3 }],
]

test('what nobody was woken for is found, whether the hint was lost or the commit reported as failed', async () => {
  const mutant = MUTANTS.find(({ server }) => server === 'never looks again')
  if (mutant === undefined) throw new RangeError('The control is gone.')
  for (const [seed, fault] of lostWakes) {
    expect(await wrongIn(seed, [fault])).toEqual([])
    expect((await play({ seed, faults: [fault], mutant })).violations).not.toEqual([])
  }
})

const newKeys = (at: number, who: number): Fault => ({ at, kind: 'account gets new keys', who, size: 0 })

test('what was signed just before its sender made new keys is readable for those who know them', async () => {
  for (const [seed, fault] of [
    [-3, newKeys(92, 0)],
    [223141533, newKeys(243, 1)],
  ] as const) {
    expect(await wrongIn(seed, [fault, { at: 103, kind: 'line is slow', who: 0, size: 1 }])).toEqual([])
  }
})

test('… also when the new ones were learnt while its batch waited for somebody else’s', async () => {
  expect(await wrongIn(-1098918489, [newKeys(1215, 2), newKeys(289, 4)])).toEqual([])
})

test('… and for somebody who never knew the old ones, since the new ones vouch for them', async () => {
  const mutant = MUTANTS.find(({ cipher }) => cipher !== undefined)
  if (mutant === undefined) throw new RangeError('The control is gone.')
  expect(await wrongIn(19, [newKeys(430, 0)])).toEqual([])
  expect((await play({ seed: 19, faults: [newKeys(430, 0)], mutant })).violations).not.toEqual([])
})

test('an edit that new keys have made impossible holds up nothing behind it', async () => {
  const clock: Fault = { at: 540, kind: 'server clock jumps', who: 0, size: 3 }
  const { violations } = await play({ seed: 412853335, faults: [clock, newKeys(651, 0)], script: LIVELY })
  expect(violations).toEqual([])
})
