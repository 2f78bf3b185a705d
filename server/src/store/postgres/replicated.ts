import { chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { freePort } from '../../free-port.ts'
import { findProgram, owner, run } from './program.ts'
import type { Program } from './program.ts'
import { administer, CONFIG, keeperOf, makeData, untilReady } from './testing.ts'
import type { Keeper } from './testing.ts'

/** For tests: two PostgreSQL, of which one follows the other at every commit and takes over when it dies. */
export interface ReplicatedPostgres {
  /** Names both hosts, the one that follows first. */
  newDatabase(): Promise<string>
  /**
   * The one that leads dies at once, and the other takes over.
   * @returns what makes a new follower of the dead one; until then commits are on one disk alone
   */
  failOver(): Promise<() => Promise<void>>
  stop(): Promise<void>
}

interface Half {
  readonly data: string
  readonly port: number
  readonly keeper: Keeper
}

const urlOf = ({ port }: Half, database = 'postgres'): string => `postgres://chatnip@127.0.0.1:${port}/${database}`
const settingsOf = ({ port }: Half): string => `${CONFIG}port = ${port}\nwal_keep_size = 512MB\n`

/** @returns both running, or in words why there can be none here */
export async function startReplicated(): Promise<ReplicatedPostgres | string> {
  const folder = await mkdtemp(join(tmpdir(), 'chatnip-replicated-'))
  await chown(folder, owner.uid ?? -1, owner.gid ?? -1).catch(() => undefined)
  const program = await findProgram(folder)
  if (typeof program === 'string') {
    await rm(folder, { recursive: true, force: true })
    return program
  }
  let [leader, follower] = [await halfOf(program, join(folder, 'one')), await halfOf(program, join(folder, 'two'))]
  await makeData(program, leader.data)
  await writeFile(join(leader.data, 'postgresql.auto.conf'), settingsOf(leader))
  await leader.keeper.start()
  await follow(leader, follower)
  let made = 0
  return {
    newDatabase: async () => {
      made += 1
      await administer(urlOf(leader), `CREATE DATABASE test_${made}`)
      // The follower has written it down, and may not have made it yet.
      await untilReady(urlOf(follower, `test_${made}`))
      return `postgres://chatnip@127.0.0.1:${follower.port},127.0.0.1:${leader.port}/test_${made}`
    },
    failOver: async () => {
      await leader.keeper.kill()
      await administer(urlOf(follower), 'SELECT pg_promote(true, 60)')
      ;[leader, follower] = [follower, leader]
      const [leads, follows] = [leader, follower]
      return () => follow(leads, follows)
    },
    stop: async () => {
      await Promise.all([leader.keeper.kill(), follower.keeper.kill()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function halfOf(program: Program, data: string): Promise<Half> {
  const port = await freePort()
  return { data, port, keeper: keeperOf(program, data, port) }
}

/** Makes a copy of the leader that follows it, and lets no commit end any more before the copy has it. */
async function follow(leader: Half, follower: Half): Promise<void> {
  await rm(follower.data, { recursive: true, force: true })
  await copyRunning(leader, follower.data)
  const from = `host=127.0.0.1 port=${leader.port} user=chatnip application_name=follower`
  const settings = `${settingsOf(follower)}primary_conninfo = '${from}'\n`
  // While it begins it would flush each file of the copy, on a busy disk for ten seconds.
  await writeFile(join(follower.data, 'postgresql.auto.conf'), `${settings}fsync = off\n`)
  await writeOwned(join(follower.data, 'standby.signal'), '')
  await follower.keeper.start()
  await untilReady(urlOf(follower))
  await writeFile(join(follower.data, 'postgresql.auto.conf'), settings)
  await administer(urlOf(follower), 'SELECT pg_reload_conf()')
  await writeFile(
    join(leader.data, 'postgresql.auto.conf'),
    `${settingsOf(leader)}synchronous_standby_names = 'follower'\n`,
  )
  await administer(urlOf(leader), 'SELECT pg_reload_conf()')
  await untilFollowed(leader)
}

/** By hand, as pg_basebackup would: npm's package has none. What the leader writes meanwhile the follower is sent. */
async function copyRunning(leader: Half, target: string): Promise<void> {
  await makeOwned(target)
  const sql = postgres(urlOf(leader), { max: 1, onnotice: () => undefined, fetch_types: false })
  try {
    await sql.unsafe("SELECT pg_backup_start('copy', true)")
    // Files that vanish meanwhile are no harm.
    const names = (await readdir(leader.data)).filter((name) => name !== 'pg_wal' && name !== 'postmaster.pid')
    await run('cp', ['-a', ...names.map((name) => join(leader.data, name)), target]).catch(() => undefined)
    const [row] = await sql.unsafe('SELECT labelfile FROM pg_backup_stop(false)')
    await writeOwned(join(target, 'backup_label'), String(row?.['labelfile']))
  } finally {
    await sql.end()
  }
  for (const name of ['pg_wal', 'pg_wal/archive_status']) await makeOwned(join(target, name))
}

async function makeOwned(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 })
  if (owner.uid !== undefined) await chown(folder, owner.uid, owner.gid)
}

/** A file that PostgreSQL renames or removes. */
async function writeOwned(file: string, text: string): Promise<void> {
  await writeFile(file, text)
  if (owner.uid !== undefined) await chown(file, owner.uid, owner.gid)
}

async function untilFollowed(leader: Half): Promise<void> {
  const sql = postgres(urlOf(leader), { max: 1, onnotice: () => undefined, fetch_types: false })
  try {
    for (;;) {
      const rows = await sql.unsafe("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")
      if (rows.length > 0) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  } finally {
    await sql.end()
  }
}
