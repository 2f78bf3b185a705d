import { parseArgs } from 'node:util'
import { Pool } from '../test/simulation/kit/pool.ts'
import { portionsOf } from '../test/simulation/kit/tasks.ts'

/**
 * `npm run test:simulation -- --runs 1000000 --seed 7`: many random schedules of faults, on all cores. Ends with the shortest story of what
 * went wrong and exit code 1, or with the count. One schedule in ten is about a backup that is put back.
 */

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20000' }, seed: { type: 'string', default: '42' } },
})
const [runs, seed] = [Number(values.runs), Number(values.seed)]
const restores = Math.floor(runs / 10)
const tasks = [...portionsOf('schedules', runs - restores, seed), ...portionsOf('restores', restores, seed)]

const began = performance.now()
const pool = new Pool()
let done = 0
let portions = 0
const { story } = await pool.runAll(tasks, (result) => {
  done += result.runs
  portions += 1
  if (result.story !== null) console.log(result.story)
  if (portions % 10 > 0 && portions < tasks.length) return
  const perSecond = Math.round(done / ((performance.now() - began) / 1_000))
  console.log(`${done} of ${runs} schedules, ${perSecond} a second`)
})
await pool.close()
console.log(story === null ? `${runs} schedules, nothing wrong` : 'Something went wrong; its story stands above.')
process.exitCode = story === null ? 0 : 1
