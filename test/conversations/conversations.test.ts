import { describe, expect, test } from 'vitest'
import { runProgram, runSoak } from './run-program.ts'

/**
 * Long histories with many devices; `npm run test:conversations` makes more of them. Each control takes a correction of the library back,
 * or puts a defect of an earlier version in, and has to be found.
 */

const PATIENCE_MS = 600_000
const LIGHT = { CHATNIP_MLS_LIGHT: '1' }

describe('everybody agrees in the end and could read everything that was for them', { timeout: PATIENCE_MS }, () => {
  test('with the suite that people use', async () => {
    const [run] = await runSoak({ seed: 1, runs: 1, commits: 30, members: 12 })
    expect(run).toMatchObject({ commits: 30, peak: 12, story: null })
    expect(run?.read).toBeGreaterThan(0)
    expect(run?.lost).toBeGreaterThan(0)
  })

  test('in longer histories with a light one', async () => {
    const runs = await runSoak({ seed: 1, runs: 12, commits: 60, members: 20 }, LIGHT)
    expect(runs.map(({ story }) => story)).toEqual(Array.from({ length: 12 }, () => null))
    expect(Math.max(...runs.map(({ peak }) => peak))).toBe(20)
  })
})

describe('the library without our corrections does not pass', { timeout: PATIENCE_MS }, () => {
  test.each<[string, string, RegExp]>([
    [
      'newcomers are turned away once leaves are unmerged',
      'only the nodes between an unmerged leaf and its node are looked at|the nodes between contain the unmerged leaf',
      /must list leaf node/,
    ],
    ['each of the two halves is needed', 'the nodes between contain the unmerged leaf', /must list leaf node/],
    [
      'and so is the other',
      'only the nodes between an unmerged leaf and its node are looked at',
      /must list leaf node/,
    ],
  ])('%s', async (_, without, said) => {
    const runs = await runSoak({ seed: 1, runs: 4 }, { ...LIGHT, CHATNIP_MLS_WITHOUT: without })
    expect(runs.at(-1)?.story).toMatch(said)
  })

  test('a leaf that does not exist stops everybody until the memory ends; corrected, it is refused at once', async () => {
    const corrected = await runProgram(['./endless-program.ts'], LIGHT)
    expect(corrected).toEqual({ output: 'made\nforged\n', isStuck: false })
    const settings = { ...LIGHT, CHATNIP_MLS_WITHOUT: 'a path begins in the tree' }
    const { output } = await runProgram(['./endless-program.ts'], settings, 10_000)
    // Ended by us, by the length of an array or by the size of the heap, as the machine is.
    expect(output).toMatch(/^made\n(?!forged\n)/)
  })

  test('with the defect of 1.6.2, one who is removed needs no new secrets', async () => {
    const { output } = await runProgram(['./removal-program.ts'], LIGHT)
    expect(JSON.parse(output)).toEqual({ removed: 0, stays: 1 })
    const spoil = 'Object.values(grouped.remove).length > 0=>Object.values(grouped.remove).length > 1'
    const spoilt = await runProgram(['./removal-program.ts'], { ...LIGHT, CHATNIP_MLS_SPOIL: spoil })
    expect(JSON.parse(spoilt.output)).toEqual({ removed: null, stays: null })
  })
})
