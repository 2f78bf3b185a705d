import type { Cluster, NodeGates } from '../../cluster/kit/cluster.ts'
import type { ReplicatedPostgres } from '../../../server/src/store/postgres/replicated.ts'
import type { Cut } from './gate.ts'
import { pause } from './load.ts'
import { NODES } from './nodes.ts'
import type { Fault } from './nodes.ts'
import type { Random } from './random.ts'
import { byTier } from './report.ts'

/** Longer than the balancer and the devices wait for an answer. */
const STILL_MS = byTier(6_000, 30_000)
/** Shorter and longer than anybody's patience: four seconds for PostgreSQL and NATS, five for a device. */
const [SHORTEST_CUT, LONGEST_CUT] = [500, 9_000]

export const killNode: Fault = {
  name: 'a node killed',
  ofOneNode: true,
  make: async (cluster, random) => {
    const index = random.between(0, NODES - 1)
    await cluster.node(index).kill()
    await pause(random.between(0, 1_000))
    await cluster.restart(index)
  },
}

/** Two of the three at once, one a moment after the other. */
export const stopNodes: Fault = {
  name: 'a node stopped',
  ofOneNode: true,
  counts: 2,
  make: async (cluster, random) => {
    const spared = random.between(0, NODES - 1)
    const stopped = [1, 2].map((step) => cluster.node(spared + step).child)
    for (const child of stopped) {
      child.kill('SIGSTOP')
      await pause(random.between(0, 500))
    }
    await pause(STILL_MS)
    for (const child of stopped) child.kill('SIGCONT')
  },
}

/** A node can't reach something, is not heard, or both. */
export const partition = (from: keyof NodeGates, words: string): readonly Fault[] =>
  (['both', 'one'] as const).map((ways) => ({
    name: `a node cut off from ${words}, ${ways === 'both' ? 'both ways' : 'one way'}`,
    ofOneNode: true,
    make: async (cluster, random) => {
      const gate = cluster.gates[random.between(0, NODES - 1)]?.[from]
      if (gate === undefined) throw new Error('There is no gate.')
      const way: Cut = ways === 'both' ? 'both' : random.pick(['there', 'back'])
      gate.shut(way)
      await pause(random.between(SHORTEST_CUT, LONGEST_CUT))
      gate.open()
    },
  }))

export const wipeNats: Fault = {
  name: 'NATS wiped',
  ofOneNode: false,
  make: async ({ nats }, random) => {
    if (typeof nats === 'string') return
    await nats.kill()
    await pause(random.between(500, 3_000))
    await nats.start()
  },
}

export const restartPostgres: Fault = {
  name: 'PostgreSQL killed',
  ofOneNode: false,
  make: async ({ postgres }, random) => {
    await postgres.kill()
    await pause(random.between(0, 2_000))
    await postgres.start()
  },
}

/** The other one takes over at once; while a new follower is made of the dead one work goes on. */
export const failOver = (replicated: ReplicatedPostgres): Fault => ({
  name: 'PostgreSQL failed over',
  ofOneNode: false,
  make: async (_cluster, random) => {
    const follow = await replicated.failOver()
    await pause(random.between(0, 1_000))
    await follow()
  },
})

/** Node after node goes and comes back as the next version, of which the first brings the tables up to date while the others work on them. */
export function rollingUpgrade(): Fault {
  let version = 0
  const replace = async (cluster: Cluster, index: number, random: Random) => {
    await cluster.node(index).stop()
    await cluster.restart(index, { program: 'next-version.ts', env: { CHATNIP_TEST_VERSION: String(version) } })
    await pause(random.between(0, 500))
  }
  return {
    name: 'all nodes replaced, one after the other',
    ofOneNode: true,
    make: async (cluster, random) => {
      version += 1
      for (let index = 0; index < NODES; index += 1) await replace(cluster, index, random)
    },
  }
}
