import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNats } from '../../../server/src/bus/nats/testing.ts'
import type { TestNats } from '../../../server/src/bus/nats/testing.ts'
import { startPostgres } from '../../../server/src/store/postgres/testing.ts'
import type { TestPostgres } from '../../../server/src/store/postgres/testing.ts'
import { portOf, startServer } from '../../faults/kit/server.ts'
import type { ServerChild } from '../../faults/kit/server.ts'
import { startBalancer } from './balancer.ts'
import type { Balancer } from './balancer.ts'

/** Nodes that share a PostgreSQL and a NATS, each a process of its own, with a balancer before them. */
export interface Cluster {
  readonly postgres: TestPostgres
  readonly databaseUrl: string
  /** Or why there is none: then the nodes look for what came. */
  readonly nats: TestNats | string
  readonly balancer: Balancer
  /** Their addresses stay the same when they are started again. */
  readonly addresses: readonly string[]
  node(index: number): ServerChild
  /** Starts a node again that has ended. */
  restart(index: number): Promise<void>
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
}

/** @returns the cluster, or in words why there can be none here */
export async function startCluster({ nodes, env = {}, port = 0, program }: ClusterOptions): Promise<Cluster | string> {
  const postgres = await startPostgres()
  if (typeof postgres === 'string') return `no PostgreSQL: ${postgres}`
  const nats = await startNats()
  const databaseUrl = await postgres.newDatabase()
  const data = await mkdtemp(join(tmpdir(), 'chatnip-cluster-'))
  const own = { DATABASE_URL: databaseUrl, ...(typeof nats === 'string' ? {} : { NATS_URL: nats.url }), ...env }
  const start = (at: number) => startServer({ data, port: at, env: own, ...(program === undefined ? {} : { program }) })
  const children = await Promise.all(Array.from({ length: nodes }, () => start(0)))
  const addresses = children.map(({ address }) => address)
  const balancer = await startBalancer(addresses, port)
  const node = (index: number): ServerChild => {
    const child = children[index % children.length]
    if (child === undefined) throw new Error('There is no node.')
    return child
  }
  return {
    postgres,
    databaseUrl,
    nats,
    balancer,
    addresses,
    node,
    restart: async (index) => {
      children[index % children.length] = await start(portOf(node(index)))
    },
    env: own,
    data,
    stop: async () => {
      await balancer.close()
      await Promise.all(children.map((child) => child.kill()))
      if (typeof nats !== 'string') await nats.kill()
      await postgres.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}
