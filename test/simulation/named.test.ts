import { expect, test } from 'vitest'
import { play } from './kit/chat.ts'
import type { Fault } from './kit/faults.ts'
import { MUTANTS } from './kit/mutants.ts'

/** Schedules that have found something, each by the name of what it found. */

const wrongIn = async (seed: number, faults: readonly Fault[], isStrict = false) =>
  (await play({ seed, faults, isStrict })).violations

test('a line that dies before the server has answered is given up', async () => {
  expect(await wrongIn(0, [{ at: 10, kind: 'line goes dead', who: 0, size: 0 }])).toEqual([])
})

const lostWakes: readonly [number, Fault][] = [
  [148596074, { at: 387, kind: 'store is unsure', who: 0, size: 3 }],
  [0, { at: 0, kind: 'wake-ups are lost', who: 0, size: 3 }],
]

test('what nobody was woken for is found, whether the hint was lost or the commit reported as failed', async () => {
  const mutant = MUTANTS.find(({ server }) => server === 'never looks again')
  if (mutant === undefined) throw new RangeError('The control is gone.')
  for (const [seed, fault] of lostWakes) {
    expect(await wrongIn(seed, [fault])).toEqual([])
    expect((await play({ seed, faults: [fault], mutant })).violations).not.toEqual([])
  }
})

// Open: whoever has learnt of the new keys has nothing left to check the older signature by, and calls it forged.
test.fails('a message that was signed just before its sender made new keys is readable', async () => {
  const faults: readonly Fault[] = [329, 0].map((at) => ({
    at,
    kind: 'account gets new keys',
    who: at === 0 ? 0 : 5,
    size: 0,
  }))
  expect(await wrongIn(0, faults, true)).toEqual([])
})
