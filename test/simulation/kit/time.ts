/** One thing that is going to happen. `who` takes part in it: a device, or the server. */
interface Job {
  readonly at: number
  readonly order: number
  readonly who: string
  run: (() => void) | null
}

const isBefore = (a: Job, b: Job): boolean => (a.at === b.at ? a.order < b.order : a.at < b.at)

let waiting: (() => void)[] = []

/**
 * Resolves when every promise that can go on has gone on. Worlds that play side by side wait together: one turn of Node's loop, which costs more
 * than most events of a world, serves all of them.
 */
const drained = (): Promise<void> =>
  new Promise((resolve) => {
    if (waiting.push(resolve) > 1) return
    setImmediate(() => {
      const now = waiting
      waiting = []
      for (const go of now) go()
    })
  })

/** Virtual time: a heap of jobs, each run when everything before it has come to rest. */
export class Time {
  /** Steady milliseconds. Nobody in the world sees them but through a clock that may be wrong. */
  now = 0
  /** Jobs begun so far. */
  steps = 0
  /** Called before each job; what it does comes first. */
  beforeStep: (step: number, who: string) => void = () => {}
  readonly #heap: Job[] = []
  #order = 0

  /** @returns what takes it back */
  after(ms: number, who: string, run: () => void): () => void {
    this.#order += 1
    const job: Job = { at: this.now + Math.max(0, ms), order: this.#order, who, run }
    this.#push(job)
    return () => {
      job.run = null
    }
  }

  /** Plays until nothing is left, `until` is reached, or `isOver` says so. */
  async play(until: number, isOver: () => boolean): Promise<void> {
    for (;;) {
      const job = this.#next(until)
      if (job === null) return
      this.now = job.at
      this.steps += 1
      this.beforeStep(this.steps, job.who)
      job.run?.()
      await drained()
      if (isOver()) return
    }
  }

  /** The next job that was not taken back and is not later than `until`. */
  #next(until: number): Job | null {
    for (;;) {
      const first = this.#heap[0]
      if (first === undefined || first.at > until) return null
      this.#pop()
      if (first.run !== null) return first
    }
  }

  #push(job: Job): void {
    const heap = this.#heap
    let at = heap.push(job) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = heap[up]
      if (parent === undefined || !isBefore(job, parent)) break
      heap[at] = parent
      at = up
    }
    heap[at] = job
  }

  #pop(): Job | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      const left = heap[2 * at + 1]
      const right = heap[2 * at + 2]
      const isRight = right !== undefined && left !== undefined && isBefore(right, left)
      const least = isRight ? right : left
      if (least === undefined || !isBefore(least, last)) break
      heap[at] = least
      at = 2 * at + (isRight ? 2 : 1)
    }
    heap[at] = last
    return first
  }
}
