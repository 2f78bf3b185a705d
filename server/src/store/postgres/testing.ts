import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { appendFile, chmod, chown, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import postgres from 'postgres'
import type { KeyPair } from '../../certificates.ts'
import { findProgram, owner, run } from './program.ts'
import type { Program } from './program.ts'
import { freePort } from '../../free-port.ts'

/**
 * A PostgreSQL of our own for tests and for `npm run cluster`: from npm's binary package, or from the system. It writes durably, as any that
 * the store accepts, into a temporary folder.
 */

export interface TestPostgres {
  /** Of the maintenance database. */
  readonly url: string
  /** Makes an empty database and returns its address. */
  newDatabase(): Promise<string>
  /** A database with our tables and nothing in them. Making one takes half a second, so one that was given back is emptied and used again. */
  borrow(): Promise<{ readonly url: string; readonly giveBack: () => Promise<void> }>
  /** As a power cut would: without a word to anybody, and at once. Comes back with `start`. */
  kill(): Promise<void>
  start(): Promise<void>
  /** SIGSTOP and SIGCONT for all of its processes. */
  signal(signal: NodeJS.Signals): Promise<void>
  /** Stops it and removes its folder. */
  stop(): Promise<void>
}

/** Small, and as durable as it must be. Nothing happens in the background that a test has not caused. */
export const CONFIG = `
fsync = on
synchronous_commit = on
full_page_writes = on
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = 64MB
autovacuum = off
log_min_messages = panic
dynamic_shared_memory_type = mmap
`

const EMPTY = [
  'blobs',
  'accounts',
  'mailboxes',
  'messages',
  'entries',
  'tallies',
  'dedup',
  'shared_texts',
  'group_epochs',
  'invites',
  'proofs',
  'secrets',
]
  .map((table) => `DELETE FROM ${table};`)
  .concat('UPDATE counters SET value = 0')
  .join('\n')

/**
 * @param encrypted the key and certificate with which it answers
 * @returns a running PostgreSQL, or in words why there can be none here
 */
export async function startPostgres(encrypted: KeyPair | null = null): Promise<TestPostgres | string> {
  const folder = await mkdtemp(join(tmpdir(), 'chatnip-postgres-'))
  await chown(folder, owner.uid ?? -1, owner.gid ?? -1).catch(() => undefined)
  const program = await findProgram(folder)
  if (typeof program === 'string') {
    await rm(folder, { recursive: true, force: true })
    return program
  }
  const port = await freePort()
  const keeper = await prepareServer(program, folder, port)
  if (encrypted !== null) await encrypt(join(folder, 'data'), encrypted)
  await keeper.start()
  const urlOf = (database: string): string => `postgres://chatnip@127.0.0.1:${port}/${database}`
  return {
    url: urlOf('postgres'),
    ...openDatabases(urlOf),
    ...keeper,
    stop: async () => {
      await keeper.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

type Databases = Pick<TestPostgres, 'newDatabase' | 'borrow'>
export type Keeper = Pick<TestPostgres, 'start' | 'kill' | 'signal'>

function openDatabases(urlOf: (database: string) => string): Databases {
  let made = 0
  const free: string[] = []
  const newDatabase = async (): Promise<string> => {
    made += 1
    await administer(urlOf('postgres'), `CREATE DATABASE test_${made}`)
    return urlOf(`test_${made}`)
  }
  return {
    newDatabase,
    borrow: async () => {
      const url = free.pop() ?? (await newDatabase())
      return {
        url,
        giveBack: async () => {
          await administer(url, EMPTY)
          free.push(url)
        },
      }
    },
  }
}

async function prepareServer({ bin, env }: Program, folder: string, port: number): Promise<Keeper> {
  const data = join(folder, 'data')
  await makeData({ bin, env }, data)
  await writeFile(join(data, 'postgresql.auto.conf'), `${CONFIG}port = ${port}\n`)
  return keeperOf({ bin, env }, data, port)
}

/** The key may be read by PostgreSQL's user alone. */
async function encrypt(data: string, { cert, key }: KeyPair): Promise<void> {
  for (const [from, name] of [
    [cert, 'server.crt'],
    [key, 'server.key'],
  ] as const) {
    const file = join(data, name)
    await copyFile(from, file)
    await chmod(file, 0o600)
    if (owner.uid !== undefined) await chown(file, owner.uid, owner.gid)
  }
  await appendFile(join(data, 'postgresql.auto.conf'), 'ssl = on\n')
}

/** An empty database cluster; its settings are for the caller to write. */
export async function makeData({ bin, env }: Program, data: string): Promise<void> {
  const about = ['-U', 'chatnip', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  await run(join(bin, 'initdb'), ['-D', data, ...about], { env, cwd: dirname(data), ...owner })
}

/** A test that fails in the middle leaves none running. */
const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((child) => child.kill('SIGQUIT')))

export function keeperOf({ bin, env }: Program, data: string, port: number): Keeper {
  const options = { env, cwd: dirname(data), ...owner }
  let child: ChildProcess | null = null
  return {
    start: async () => {
      child = spawn(join(bin, 'postgres'), ['-D', data], { ...options, stdio: 'ignore' })
      running.add(child)
      await untilReady(`postgres://chatnip@127.0.0.1:${port}/postgres`)
    },
    // SIGQUIT is PostgreSQL's immediate shutdown: no checkpoint, recovery from the log at the next start. SIGKILL would leave its children.
    kill: () =>
      new Promise((resolve) => {
        if (child === null || child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once('exit', () => {
          resolve()
        })
        child.kill('SIGQUIT')
      }),
    signal: async (signal) => {
      const parent = child?.pid
      if (parent === undefined) return
      const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')
      for (const pid of [parent, ...children.trim().split(/\s+/).filter(Boolean).map(Number)]) process.kill(pid, signal)
    },
  }
}

/** One statement in the maintenance database. */
export async function administer(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, fetch_types: false })
  try {
    await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}

export async function untilReady(url: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await administer(url, 'SELECT 1')
    } catch (error) {
      // After a kill it replays its log first, on a busy disk for half a minute.
      if (tries > 1_200) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
