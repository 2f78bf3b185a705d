import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { runSoak } from '../test/conversations/run-program.ts'

/**
 * `npm run test:conversations -- --runs 200 --seed 1 [--light]`: long histories of conversations on all cores. `--light` puts a quick suite that
 * protects nothing in the place of the one that people use. Ends with exit code 1 when devices disagreed, or could not read what was for them.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    commits: { type: 'string', default: '60' },
    members: { type: 'string', default: '20' },
    light: { type: 'boolean', default: false },
  },
})
const settings: Record<string, string> = values.light ? { CHATNIP_MLS_LIGHT: '1' } : {}
const seeds = Array.from({ length: Number(values.runs) }, (_, index) => Number(values.seed) + index)
const sums = { runs: 0, commits: 0, lost: 0, messages: 0, read: 0 }
const stories: string[] = []

const work = async () => {
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
    const options = { seed, runs: 1, commits: Number(values.commits), members: Number(values.members) }
    const [result] = await runSoak(options, settings)
    if (result === undefined) throw new Error(`Seed ${seed} said nothing.`)
    sums.runs += 1
    for (const name of ['commits', 'lost', 'messages', 'read'] as const) sums[name] += result[name]
    if (result.story !== null) {
      stories.push(result.story)
      console.log(result.story)
    }
    if (sums.runs % 10 === 0) console.log(JSON.stringify(sums))
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work))

console.log(`${JSON.stringify(sums)}, ${stories.length} went wrong`)
process.exitCode = stories.length === 0 ? 0 : 1
