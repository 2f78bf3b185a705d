import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Result, Task } from './tasks.ts'

interface Waiting {
  readonly task: Task
  readonly resolve: (result: Result) => void
  readonly reject: (error: Error) => void
}

/** All cores of the machine, each with its own worlds. */
export class Pool {
  readonly #waiting: Waiting[] = []
  readonly #workers: readonly Worker[]

  constructor() {
    this.#workers = Array.from(
      { length: availableParallelism() },
      () => new Worker(new URL('./worker.ts', import.meta.url)),
    )
    this.#idle = [...this.#workers]
  }

  #idle: Worker[]

  run(task: Task): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject })
      this.#next()
    })
  }

  /** @returns the runs of all of them, and the first story if there is one */
  async runAll(tasks: readonly Task[], onResult: (result: Result) => void = () => {}): Promise<Result> {
    const results = await Promise.all(
      tasks.map(async (task) => {
        const result = await this.run(task)
        onResult(result)
        return result
      }),
    )
    const runs = results.reduce((sum, one) => sum + one.runs, 0)
    return { runs, story: results.find(({ story }) => story !== null)?.story ?? null }
  }

  #next(): void {
    const worker = this.#idle.at(-1)
    const one = this.#waiting[0]
    if (worker === undefined || one === undefined) return
    this.#idle.pop()
    this.#waiting.shift()
    const fail = (error: Error) => one.reject(error)
    worker.once('error', fail)
    worker.once('message', (result: Result) => {
      worker.off('error', fail)
      one.resolve(result)
      this.#idle.push(worker)
      this.#next()
    })
    worker.postMessage(one.task)
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}
