import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNats } from '../../../server/src/bus/nats/testing.ts'
import type { TestNats } from '../../../server/src/bus/nats/testing.ts'
import { startPostgres } from '../../../server/src/store/postgres/testing.ts'
import type { TestPostgres } from '../../../server/src/store/postgres/testing.ts'
import { startGate } from '../../faults/kit/gate.ts'
import type { Gate } from '../../faults/kit/gate.ts'
import { portOf, startServer } from '../../faults/kit/server.ts'
import type { ServerChild } from '../../faults/kit/server.ts'
import { startBalancer } from './balancer.ts'
import type { Balancer } from './balancer.ts'

/** Nodes that share a PostgreSQL and a NATS, each a process of its own, with a balancer before them. */
export interface Cluster {
  readonly postgres: Pick<TestPostgres, 'kill' | 'start' | 'newDatabase' | 'stop'>
  readonly databaseUrl: string
  /** Or why there is none: then the nodes look for what came. */
  readonly nats: TestNats | string
  /** On each node's ways, when they were asked for. */
  readonly gates: readonly NodeGates[]
  readonly balancer: Balancer
  /** Their addresses stay the same when they are started again. */
  readonly addresses: readonly string[]
  node(index: number): ServerChild
  /** Starts a node again that has ended, with other settings or another program when they are given. */
  restart(index: number, more?: Pick<ClusterOptions, 'env' | 'program'>): Promise<void>
  /** What a server in this process needs to be one of them. */
  readonly env: Readonly<Record<string, string>>
  readonly data: string
  stop(): Promise<void>
}

export interface ClusterOptions {
  readonly nodes: number
  readonly env?: Readonly<Record<string, string>>
  /** Of the balancer; 0: any. */
  readonly port?: number
  /** A file of test/faults/programs instead of the server's own. */
  readonly program?: string
  /** Puts gates between each node and everything else. */
  readonly gated?: boolean
  /** Another PostgreSQL than one that stands alone: two of which one takes over. */
  readonly postgres?: Cluster['postgres']
}

/** Where a node can be cut off: from PostgreSQL, from NATS, and its clients (and the balancer) from it. */
export interface NodeGates {
  readonly postgres: Gate
  readonly nats: Gate
  readonly clients: Gate
}

/** @returns the cluster, or in words why there can be none here */
export async function startCluster(options: ClusterOptions): Promise<Cluster | string> {
  const { nodes, env = {}, port = 0 } = options
  const postgres = options.postgres ?? (await startPostgres())
  if (typeof postgres === 'string') return `no PostgreSQL: ${postgres}`
  const nats = await startNats()
  const databaseUrl = await postgres.newDatabase()
  const data = await mkdtemp(join(tmpdir(), 'chatnip-cluster-'))
  const own = { DATABASE_URL: databaseUrl, ...(typeof nats === 'string' ? {} : { NATS_URL: nats.url }), ...env }
  const ways = await Promise.all(
    Array.from({ length: options.gated === true ? nodes : 0 }, () => openWays(databaseUrl, nats)),
  )
  const start = (index: number, at: number, more: Pick<ClusterOptions, 'env' | 'program'> = {}) => {
    const program = more.program ?? options.program
    const settings = { ...own, ...ways[index]?.env, ...more.env }
    return startServer({ data, port: at, env: settings, ...(program === undefined ? {} : { program }) })
  }
  const children = await Promise.all(Array.from({ length: nodes }, (_, index) => start(index, 0)))
  const clients = await Promise.all(ways.map((_, index) => startGate(portOf(nodeAt(children, index)))))
  const addresses = children.map(({ address }, index) => {
    const gate = clients[index]
    return gate === undefined ? address : `http://127.0.0.1:${gate.port}`
  })
  const gates = ways.flatMap((way, index) => {
    const gate = clients[index]
    return gate === undefined ? [] : [{ postgres: way.postgres, nats: way.nats, clients: gate }]
  })
  const balancer = await startBalancer(addresses, port)
  const node = (index: number): ServerChild => nodeAt(children, index)
  return {
    postgres,
    databaseUrl,
    nats,
    gates,
    balancer,
    addresses,
    node,
    restart: async (index, more) => {
      const at = index % children.length
      children[at] = await start(at, portOf(node(index)), more)
    },
    env: own,
    data,
    stop: async () => {
      await balancer.close()
      await Promise.all(children.map((child) => child.kill()))
      await Promise.all(gates.flatMap((one) => Object.values(one)).map((gate: Gate) => gate.close()))
      if (typeof nats !== 'string') await nats.kill()
      await postgres.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}

function nodeAt(children: readonly ServerChild[], index: number): ServerChild {
  const child = children[index % children.length]
  if (child === undefined) throw new Error('There is no node.')
  return child
}

/** A node's own ways to the database and to NATS, and the settings by which it takes them. */
async function openWays(databaseUrl: string, nats: TestNats | string) {
  const natsUrl = typeof nats === 'string' ? null : nats.url
  const [toPostgres, toNats] = [
    await startGate(Number(new URL(databaseUrl).port)),
    await startGate(Number(new URL(natsUrl ?? 'nats://localhost:4222').port)),
  ]
  const through = (url: string, gate: Gate): string => url.replace(/:\d+(?=\/|$)/, `:${gate.port}`)
  return {
    postgres: toPostgres,
    nats: toNats,
    env: {
      DATABASE_URL: through(databaseUrl, toPostgres),
      ...(natsUrl === null ? {} : { NATS_URL: through(natsUrl, toNats) }),
    },
  }
}
