import { parseArgs } from 'node:util'
import { soak } from './soak.ts'

/** `node soak-program.ts --seed 1 --runs 10 --commits 60 --members 20`: one line of JSON for each run, until one goes wrong. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    commits: { type: 'string', default: '60' },
    members: { type: 'string', default: '20' },
  },
})
const first = Number(values.seed)
for (let seed = first; seed < first + Number(values.runs); seed++) {
  const result = await soak({ seed, commits: Number(values.commits), members: Number(values.members) })
  console.log(JSON.stringify({ seed, ...result }))
  if (result.story !== null) break
}
