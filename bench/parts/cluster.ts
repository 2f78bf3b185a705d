import { setTimeout as pause } from 'node:timers/promises'
import { startNats } from '../../server/src/bus/nats/testing.ts'
import { openClient } from '../../server/src/store/postgres/database.ts'
import type { Client } from '../../server/src/store/postgres/database.ts'
import { settingsOf } from '../../server/src/store/postgres/options.ts'
import { startPostgres } from '../../server/src/store/postgres/testing.ts'
import type { TestPostgres } from '../../server/src/store/postgres/testing.ts'
import { cpuSecondsNamed } from '../kit/children.ts'
import { openPairs } from '../kit/pairs.ts'
import type { Load } from '../kit/pairs.ts'
import { repeat } from '../kit/part.ts'
import type { Part } from '../kit/part.ts'
import { startServer } from '../kit/process.ts'
import type { Server } from '../kit/process.ts'
import { measureOn } from './latency.ts'

/**
 * The relay of one, two and three nodes that share a PostgreSQL, woken by NATS, beside one with SQLite, in turn; of each pair the two devices are on
 * different nodes where there are several. Nothing is pinned: nodes, database and load share the machine, so messages per second say little, and CPU seconds
 * per 10,000 messages (of all nodes together, of the database, of NATS) say what there is to reckon with. Also: how long from one device to the other,
 * how many messages share a commit, how much the database writes into its log for one, and what a connection costs.
 */
export const cluster: Part = {
  name: 'cluster',
  run: async ({ report, runs }) => {
    const postgres = await startPostgres()
    const nats = await startNats()
    if (typeof postgres === 'string' || typeof nats === 'string') {
      console.error(`Left out: ${[postgres, nats].filter((one) => typeof one === 'string').join(', ')}.`)
      if (typeof postgres !== 'string') await postgres.stop()
      return
    }
    const contenders = [await openSqlite()]
    for (const nodes of [1, 2, 3]) contenders.push(await openNodes(nodes, postgres, nats.url))
    for (const { load } of LOADS)
      for (const one of contenders) await one.relay({ ...load, messages: load.messages / 5 })
    await repeat(runs, async () => {
      for (const one of contenders) {
        const add = (what: string, figures: Readonly<Record<string, number>>) =>
          report.add({ part: 'cluster', who: one.who, what, figures })
        for (const { what, load } of LOADS) add(what, await one.relay(load))
        add('200 messages/s, 400 bytes', { ...(await one.latency()) })
        add('connecting', { cpuMsPerConnection: await one.connect() })
      }
    })
    for (const one of contenders) await one.stop()
    await nats.kill()
    await postgres.stop()
  },
}

const PAIRS = 50

const LOADS: readonly { readonly what: string; readonly load: Load }[] = [
  { what: '400 bytes, window 32', load: { window: 32, messages: 10_000, bytes: 400 } },
  { what: '400 bytes, window 1', load: { window: 1, messages: 5_000, bytes: 400 } },
]

interface Contender {
  readonly who: string
  relay(load: Load): Promise<Readonly<Record<string, number>>>
  latency(): Promise<{ p50: number; p99: number }>
  /** CPU milliseconds of nodes and database for a device that comes and goes. */
  connect(): Promise<number>
  stop(): Promise<void>
}

async function openSqlite(): Promise<Contender> {
  const server = await startServer({ devices: 2 * PAIRS }, 'server.ts', false)
  const settled = (): Promise<void> => pause(SETTLE_MS)
  return { who: 'SQLite', ...(await onLines(server, { cpu: () => server.cpuSeconds(), settled })) }
}

const SECONDS = 5
const SETTLE_MS = 3_000

async function openNodes(count: number, postgres: TestPostgres, natsUrl: string): Promise<Contender> {
  const url = await postgres.newDatabase()
  const server = await startNodes(count, { DATABASE_URL: url, NATS_URL: natsUrl })
  const { sql, cutAll } = openClient(settingsOf({ url }), { connections: 1, patience: null })
  const settled = async (): Promise<void> => {
    while ((await sql.unsafe('SELECT 1 FROM entries LIMIT 1')).length > 0) await pause(100)
  }
  const own = await onLines(server, { cpu: () => server.cpuSeconds() + cpuSecondsNamed('postgres'), settled })
  return {
    who: `PostgreSQL, ${count} ${count === 1 ? 'node' : 'nodes'}`,
    ...own,
    relay: async (load) => {
      const [before, wal] = [await writtenOf(sql), await walOf(sql)]
      const cpu = { postgres: cpuSecondsNamed('postgres'), nats: cpuSecondsNamed('nats-server') }
      const figures = await own.relay(load)
      const per10k = (seconds: number): number => (seconds / load.messages) * 10_000
      return {
        ...figures,
        postgresCpuPer10k: per10k(cpuSecondsNamed('postgres') - cpu.postgres),
        natsCpuPer10k: per10k(cpuSecondsNamed('nats-server') - cpu.nats),
        messagesPerCommit: load.messages / ((await writtenOf(sql)) - before),
        logBytesPerMessage: ((await walOf(sql)) - wal) / load.messages,
      }
    },
    stop: async () => {
      await own.stop()
      await sql.end({ timeout: 1 })
      cutAll()
    },
  }
}

/** Several nodes, seen as one server. */
async function startNodes(count: number, env: Readonly<Record<string, string>>): Promise<Server> {
  const first = await startServer({ devices: 2 * PAIRS, env }, 'server.ts', false)
  const nodes = [first]
  while (nodes.length < count) nodes.push(await startServer({ devices: 0, env }, 'server.ts', false))
  const sum = (pick: (node: Server) => number): number => nodes.reduce((total, node) => total + pick(node), 0)
  return {
    ...first,
    addresses: nodes.map(({ address }) => address),
    cpuSeconds: () => sum((node) => node.cpuSeconds()),
    memory: () => sum((node) => node.memory()),
    stop: async () => {
      for (const node of nodes) await node.stop()
    },
  }
}

interface Means {
  readonly cpu: () => number
  /** Resolves when every message is acknowledged: what is not comes again on the next line. */
  readonly settled: () => Promise<void>
}

const CONNECTIONS = 10

async function onLines(server: Server, { cpu, settled }: Means): Promise<Omit<Contender, 'who'>> {
  let pairs = await openPairs(server)
  return {
    relay: async (load) => {
      const figures = await pairs.run(load)
      await settled()
      return figures
    },
    latency: () => measureOn(pairs.lines, SECONDS),
    connect: async () => {
      await settled()
      const before = cpu()
      for (let n = 0; n < CONNECTIONS; n += 1) {
        pairs.close()
        pairs = await openPairs(server)
      }
      return ((cpu() - before) / (CONNECTIONS * server.sessions.length)) * 1_000
    },
    stop: async () => {
      pairs.close()
      await server.stop()
    },
  }
}

/** How many transactions have written something so far: each gets the next number. */
const writtenOf = async (sql: Client): Promise<number> => {
  const [row] = await sql.unsafe('SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next')
  return Number(row?.['next'])
}

const walOf = async (sql: Client): Promise<number> => {
  const [row] = await sql.unsafe("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS bytes")
  return Number(row?.['bytes'])
}
