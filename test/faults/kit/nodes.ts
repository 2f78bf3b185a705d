import { startCluster } from '../../cluster/kit/cluster.ts'
import type { Cluster, ClusterOptions } from '../../cluster/kit/cluster.ts'
import { LONG_MS, pause, soon, startLoad } from './load.ts'
import type { Load } from './load.ts'
import { randomFrom } from './random.ts'
import type { Random } from './random.ts'
import { Recorder } from './recorder.ts'
import { makeHousehold } from './server.ts'
import type { Household } from './server.ts'

/** Faults of T10: what is done to three nodes and to what they stand on, while ten raw devices write. */
export interface Fault {
  readonly name: string
  /** Resolves when it is over. */
  readonly make: (cluster: Cluster, random: Random) => Promise<void>
  /** Of one node: the others go on, and its clients move. */
  readonly ofOneNode: boolean
  /** How many it counts as. */
  readonly counts?: number
}

/** Some faults, one after the other, on a cluster of their own; lanes run side by side. */
export interface Lane {
  readonly faults: readonly Fault[]
  /** How many of each kind. */
  readonly each: number
  readonly cluster: Partial<ClusterOptions>
  /** Who waits for what never comes stops after so long. */
  readonly withinMs?: number
}

export interface LaneRun {
  readonly recorder: Recorder
  readonly violations: ReturnType<Recorder['verdict']>
  /** How often each fault was made, and the longest that any device had to wait for an acceptance (ms), by name. */
  readonly made: ReadonlyMap<string, number>
  readonly waits: ReadonlyMap<string, number>
}

export const NODES = 3
/** Eight people, ten devices: two of them have a second one. */
const PEOPLE = { ann: 2, ben: 2, cat: 1, dan: 1, eve: 1, fay: 1, gus: 1, hal: 1 }
const RATE = 20

/** A lane whose cluster stands, with its people. */
export interface ReadyLane {
  readonly lane: Lane
  readonly cluster: Cluster
  readonly household: Household
}

/** One after the other: many programs that start at once are too much for a small machine. */
export async function prepareLane(lane: Lane): Promise<ReadyLane> {
  const cluster = await startCluster({ nodes: NODES, ...lane.cluster })
  if (typeof cluster === 'string') throw new Error(cluster)
  return { lane, cluster, household: await makeHousehold(PEOPLE, cluster.env) }
}

/** @param until no fault begins after this moment (as `performance.now()` counts); what was made until then is told */
export async function runLane(
  { lane, cluster, household }: ReadyLane,
  { said, until }: { said: (name: string) => void; until: number },
): Promise<LaneRun> {
  const recorder = new Recorder()
  const address = cluster.balancer.address
  const load = startLoad({ address, household, recorder, rate: RATE, device: { window: 1 } })
  const [made, waits] = [new Map<string, number>(), new Map<string, number>()]
  const random = randomFrom()
  await allServed(load)
  for (const fault of turns(lane, made)) {
    if (performance.now() > until) break
    await pause(random.between(100, 1_000))
    for (const device of load.devices) device.longestWait()
    await fault.make(cluster, random)
    await allServed(load)
    const wait = Math.max(...load.devices.map((device) => device.longestWait()))
    waits.set(fault.name, Math.round(Math.max(wait, waits.get(fault.name) ?? 0)))
    made.set(fault.name, (made.get(fault.name) ?? 0) + (fault.counts ?? 1))
    said(fault.name)
  }
  await load.finish(lane.withinMs ?? LONG_MS)
  await household.remove()
  await cluster.stop()
  return { recorder, violations: recorder.verdict(), made, waits }
}

/** Kind by kind in turn, until there are enough of each. */
function* turns({ faults, each }: Lane, made: ReadonlyMap<string, number>): Generator<Fault> {
  for (;;) {
    const wanted = faults.filter(({ name }) => (made.get(name) ?? 0) < each)
    if (wanted.length === 0) return
    yield* wanted
  }
}

/** Everybody is online, and gets through again: what was composed by now is accepted. */
async function allServed(load: Load): Promise<void> {
  await soon('everybody is online', () => load.devices.every((device) => device.isOnline()), 120_000)
  const before = load.devices.map((device) => device.accepted())
  await soon(
    'everybody gets through',
    () => load.devices.every((device, index) => device.accepted() > (before[index] ?? 0)),
    120_000,
  )
}
