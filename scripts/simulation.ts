import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { anyFaults, faultsAroundRestore } from '../test/simulation/kit/faults.ts'
import { search } from '../test/simulation/kit/search.ts'

/**
 * `npm run test:simulation -- --runs 1000000 --seed 7`: many random schedules of faults, on all cores. Ends with the shortest story of what
 * went wrong and exit code 1, or with the count. One schedule in ten is about a backup that is put back.
 */

/** Schedules that a worker plays before it says so. */
const PORTION = 5_000
/** So far apart that no two workers draw the same. */
const APART = 1_000_000_007

interface Share {
  readonly runs: number
  readonly seed: number
}

type Word = { readonly done: number } | { readonly story: string }

async function work({ runs, seed }: Share): Promise<void> {
  for (let done = 0; done < runs; done += PORTION) {
    const portion = Math.min(PORTION, runs - done)
    const restores = Math.floor(portion / 10)
    const found =
      (await search({ faults: anyFaults, runs: portion - restores, seed: seed + done })) ??
      (await search({ faults: faultsAroundRestore, runs: restores, seed: seed + done }))
    const word: Word = found === null ? { done: portion } : { story: found.story }
    parentPort?.postMessage(word)
    if (found !== null) return
  }
}

/** @returns the stories of what went wrong */
async function share(runs: number, seed: number): Promise<readonly string[]> {
  const began = performance.now()
  const workers = availableParallelism()
  const stories: string[] = []
  let done = 0
  const hear = (word: Word): void => {
    if ('story' in word) stories.push(word.story)
    else done += word.done
    const perSecond = Math.round(done / ((performance.now() - began) / 1_000))
    console.log(`${done} of ${runs} schedules, ${perSecond} a second, ${stories.length} wrong`)
  }
  await Promise.all(
    Array.from({ length: workers }, (_, index) => {
      const part: Share = { runs: Math.ceil(runs / workers), seed: (seed + index * APART) | 0 }
      const worker = new Worker(new URL(import.meta.url), { workerData: part })
      worker.on('message', hear)
      return new Promise<void>((resolve, reject) => {
        worker.on('error', reject)
        worker.on('exit', () => resolve())
      })
    }),
  )
  return stories
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '20000' }, seed: { type: 'string', default: '42' } },
  })
  const stories = await share(Number(values.runs), Number(values.seed))
  for (const story of stories) console.log(story)
  console.log(stories.length === 0 ? `${values.runs} schedules, nothing wrong` : `${stories.length} went wrong`)
  process.exitCode = stories.length === 0 ? 0 : 1
}

if (isMainThread) await main()
else await work(workerData as Share)
