import type { Part } from '../kit/part.ts'
import { round } from '../kit/report.ts'
import { readMeasured } from '../scale/figures.ts'
import type { Measured } from '../scale/figures.ts'
import { simulate } from '../scale/database.ts'
import type { DatabaseFigures } from '../scale/database.ts'

/**
 * What so many devices need, in the busiest hour: how many nodes, how many databases, what each of them does, and what gives out first. Reckoned from what was measured
 * last (`npm run bench -- cluster --record`); the databases are simulated event by event, the rest is multiplied. docs/scale.md says what to make of it. One
 * run is enough: the same figures give the same answer.
 */
export const scale: Part = {
  name: 'scale',
  run: ({ report }) => {
    const measured = readMeasured()
    for (const devices of STEPS)
      report.add({
        part: 'scale',
        who: 'reckoned',
        what: `${devices.toLocaleString('en-US')} devices`,
        figures: figuresOf(reckon(devices, measured)),
      })
    return Promise.resolve()
  },
}

const STEPS = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]

/** How people are, by guess, and what machines there are. What is measured is in `Measured`. */
const PEOPLE = {
  /** Envelopes that a device sends in a day: texts, ticks, reactions. */
  envelopes: 40,
  /** Places that one takes: the other's devices and one's own. */
  places: 3,
  /** The busiest hour beside the mean. */
  peak: 3,
  /** Part of the devices that are connected then. */
  connected: 0.4,
} as const
const MACHINES = {
  /** A node's process is one thread for everything but storage. */
  nodeBusy: 0.6,
  databaseCores: 16,
  databaseBusy: 0.6,
  /** Seconds until a commit is on a disk here and at a follower in the next room. */
  flush: 0.002,
  /** docs/performance.md: an idle device takes 18 KiB, and 5,000 of them 1 % of a core. */
  bytesPerDevice: 18 * 1_024,
  bytesOfNode: 120 * 1_024 ** 2,
  cpuPerIdleDevice: 0.01 / 5_000,
  /** A node that dies leaves so many to the others. */
  devicesPerNode: 50_000,
  /** The slowest that anybody should wait for a tick, seconds. */
  patience: 0.25,
  mostShards: 1_024,
} as const

interface Reckoned {
  readonly perSecond: number
  readonly nodes: number
  readonly databases: number
  readonly nodeBusy: number
  readonly database: DatabaseFigures | null
  readonly measured: Measured
  readonly connected: number
}

/** In how many databases a message takes part: the sender's account lies in one, the addressee's in the same or another. Each has its own commit. */
const touchedOf = (databases: number): number => databases * (1 - (1 - 1 / databases) ** 2)

/** As few databases, and then nodes, as hold it with room to spare. */
function reckon(devices: number, measured: Measured): Reckoned {
  const perSecond = ((devices * PEOPLE.envelopes) / 86_400) * PEOPLE.peak
  const connected = devices * PEOPLE.connected
  const onOne = onOneMachine(perSecond, connected, measured)
  if (onOne <= MACHINES.nodeBusy && connected <= MACHINES.devicesPerNode)
    return { perSecond, nodes: 1, databases: 0, nodeBusy: onOne, database: null, measured, connected }
  for (let databases = 1; databases <= MACHINES.mostShards; databases *= 2) {
    const { nodes, database } = withDatabases(databases, { perSecond, connected, measured })
    const nodeBusy = nodeWork(database, databases, { perSecond, connected, measured }) / nodes
    if (database.busy <= MACHINES.databaseBusy && database.p99 <= MACHINES.patience)
      return { perSecond, nodes, databases, nodeBusy, database, measured, connected }
  }
  throw new Error(`${MACHINES.mostShards} databases are not enough for ${devices} devices.`)
}

const onOneMachine = (perSecond: number, connected: number, { sqlite }: Measured): number =>
  perSecond * PEOPLE.places * sqlite.perMessage + connected * MACHINES.cpuPerIdleDevice

type Load = Pick<Reckoned, 'perSecond' | 'connected' | 'measured'>

/** Cores that all nodes together need. */
function nodeWork({ messagesPerCommit }: DatabaseFigures, databases: number, load: Load): number {
  const { perCommit, perMessage } = load.measured.node
  const commits = touchedOf(databases) / Math.max(messagesPerCommit, 0.1)
  return (
    load.perSecond * (perMessage * PEOPLE.places + perCommit * commits) + load.connected * MACHINES.cpuPerIdleDevice
  )
}

/** How many share a commit depends on how many nodes there are, and the other way round: a few rounds find both. */
function withDatabases(databases: number, load: Load): { readonly nodes: number; readonly database: DatabaseFigures } {
  const touched = touchedOf(databases)
  const forConnections = Math.ceil(load.connected / MACHINES.devicesPerNode)
  // Two at least: one may die.
  let nodes = Math.max(2, forConnections)
  for (let round = 0; ; round += 1) {
    const database = simulate(
      {
        nodes,
        perSecond: (load.perSecond * touched) / databases,
        places: PEOPLE.places / touched,
        acknowledged: (PEOPLE.places / touched) * PEOPLE.connected,
        cores: MACHINES.databaseCores,
        flush: MACHINES.flush,
        ...load.measured.database,
      },
      seeded(round + databases),
    )
    const needed = Math.max(2, forConnections, Math.ceil(nodeWork(database, databases, load) / MACHINES.nodeBusy))
    if (needed <= nodes || round === 4) return { nodes, database }
    nodes = needed
  }
}

function figuresOf({ perSecond, nodes, databases, nodeBusy, database, measured, connected }: Reckoned) {
  const elsewhere = databases === 0 ? 0 : 1 - 1 / nodes
  const perNode = connected / nodes
  const spare = (nodes - 1) * (1 - MACHINES.nodeBusy)
  return {
    messagesPerSecond: perSecond,
    nodes,
    databases,
    nodeBusyPercent: nodeBusy * 100,
    nodeMebibytes: (MACHINES.bytesOfNode + perNode * MACHINES.bytesPerDevice) / 1_024 ** 2,
    hintsPerSecond: perSecond * PEOPLE.places * PEOPLE.connected * elsewhere,
    ...(database === null
      ? {}
      : {
          databaseBusyPercent: database.busy * 100,
          messagesPerCommit: database.messagesPerCommit,
          acceptedP50Ms: database.p50 * 1_000,
          acceptedP99Ms: database.p99 * 1_000,
          logMegabytesPerSecond: (perSecond * PEOPLE.places * measured.logBytes) / databases / 1e6,
          natsCores: perSecond * PEOPLE.places * measured.nats,
          secondsAfterALoss: (perNode * measured.connection) / spare,
        }),
    gigabytesOfIdsPerYear: round((perSecond / PEOPLE.peak) * 86_400 * 365 * BYTES_OF_AN_ID) / 1e9,
  }
}

/** What stays for ever of a delivered message: in SQLite 100 (docs/self-hosting.md), in PostgreSQL with its index twice that. */
const BYTES_OF_AN_ID = 200

/** mulberry32: small, and the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
