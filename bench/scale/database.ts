import { openHeap } from './heap.ts'

/**
 * One PostgreSQL under the load of many nodes, event by event. Each node has a few lanes to it; what waits in a lane goes over together when the one before is
 * on disk (`server/src/store/postgres/batches.ts`). A commit takes a core for as long as was measured, and then the disk.
 */
export interface DatabaseLoad {
  readonly nodes: number
  /** Messages a second that it has a part in. */
  readonly perSecond: number
  /** Places that it gives to one of them, and devices that acknowledge theirs soon. */
  readonly places: number
  readonly acknowledged: number
  readonly cores: number
  /** Seconds until a commit is on disk, here and at the follower. */
  readonly flush: number
  readonly perCommit: number
  readonly perMessage: number
}

export interface DatabaseFigures {
  /** Part of all cores that are busy. Near 1 it falls behind. */
  readonly busy: number
  readonly messagesPerCommit: number
  /** Seconds from a message's coming until it is accepted. */
  readonly p50: number
  readonly p99: number
}

/** As the store has them. */
const LANES = { append: 4, acknowledge: 2 } as const
/** Seconds that are simulated, of which the first are not counted. */
const SECONDS = 6
const WARM_UP = 2
/** Half of what a message costs is for putting it there, half for taking it away. */
const HALF = 0.5

interface Lane {
  readonly isAppend: boolean
  waiting: number[]
  isBusy: boolean
}

interface Batch {
  readonly lane: Lane
  /** When each of its messages came. */
  readonly came: readonly number[]
}

/** @param random numbers from 0 to 1: the same ones give the same answer */
export function simulate(load: DatabaseLoad, random: () => number): DatabaseFigures {
  return new Simulation(load, random).run()
}

class Simulation {
  readonly #load: DatabaseLoad
  readonly #random: () => number
  readonly #lanes: Readonly<Record<keyof typeof LANES, readonly Lane[]>>
  readonly #events = openHeap<() => void>()
  readonly #ready: Batch[] = []
  readonly #took: number[] = []
  #now = 0
  #free: number
  #busy = 0
  #commits = 0

  constructor(load: DatabaseLoad, random: () => number) {
    const lanesOf = (kind: keyof typeof LANES): readonly Lane[] =>
      Array.from({ length: load.nodes * LANES[kind] }, () => ({
        isAppend: kind === 'append',
        waiting: [],
        isBusy: false,
      }))
    this.#load = load
    this.#random = random
    this.#free = load.cores
    this.#lanes = { append: lanesOf('append'), acknowledge: lanesOf('acknowledge') }
  }

  run(): DatabaseFigures {
    this.#arrive()
    for (let next = this.#events.take(); next !== null && next.at < SECONDS; next = this.#events.take()) {
      this.#now = next.at
      next.value()
    }
    const lanes = [...this.#lanes.append, ...this.#lanes.acknowledge]
    const waiting = this.#ready.length + lanes.reduce((sum, lane) => sum + lane.waiting.length, 0)
    const took = this.#took.toSorted((one, other) => one - other)
    // More waits than comes in a second: it falls behind for ever.
    const isBehind = waiting > this.#load.perSecond
    const part = (of: number): number => (isBehind ? Infinity : (took[Math.floor(took.length * of)] ?? Infinity))
    return {
      busy: isBehind ? 1 : Math.min(this.#busy / ((SECONDS - WARM_UP) * this.#load.cores), 1),
      messagesPerCommit: took.length / Math.max(this.#commits, 1),
      p50: part(0.5),
      p99: part(0.99),
    }
  }

  get #counts(): boolean {
    return this.#now > WARM_UP
  }

  #arrive(): void {
    this.#put('append')
    this.#events.add(this.#now - Math.log(1 - this.#random()) / this.#load.perSecond, () => this.#arrive())
  }

  #put(kind: keyof typeof LANES): void {
    const lanes = this.#lanes[kind]
    const lane = lanes[Math.floor(this.#random() * lanes.length)]
    if (lane === undefined) return
    lane.waiting.push(this.#now)
    this.#begin(lane)
  }

  #begin(lane: Lane): void {
    if (lane.isBusy || lane.waiting.length === 0) return
    lane.isBusy = true
    this.#ready.push({ lane, came: lane.waiting })
    lane.waiting = []
    this.#work()
  }

  #work(): void {
    const { places, perCommit, perMessage, flush } = this.#load
    while (this.#free > 0) {
      const batch = this.#ready.shift()
      if (batch === undefined) return
      this.#free -= 1
      const cpu = perCommit + batch.came.length * HALF * perMessage * (batch.lane.isAppend ? places : 1)
      if (this.#counts) this.#busy += cpu
      this.#events.add(this.#now + cpu, () => {
        this.#free += 1
        this.#events.add(this.#now + flush, () => this.#done(batch))
        this.#work()
      })
    }
  }

  #done({ lane, came }: Batch): void {
    lane.isBusy = false
    if (this.#counts) this.#commits += 1
    for (const at of lane.isAppend ? came : []) {
      if (this.#counts) this.#took.push(this.#now - at)
      for (let left = this.#load.acknowledged; left > 0; left -= 1) if (this.#random() < left) this.#put('acknowledge')
    }
    this.#begin(lane)
  }
}
