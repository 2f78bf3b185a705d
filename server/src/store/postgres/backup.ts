import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { makePrivateFile, syncPath } from '../files.ts'
import type { Client } from './database.ts'
import { readMigrations } from './migrate.ts'
import { toNumber } from './rows.ts'

/**
 * A copy of everything in one file: a first line that says what it is, then each table as PostgreSQL's COPY writes it, a heading before and
 * `\.` after, compressed. Read in one snapshot, so it is a state that really was. (pg_dump makes copies too, but they don't carry the jump by
 * which a restored server leaves the lost places behind.)
 */
const FORMAT = 'chatnip postgres backup 1'

/** In the order in which they can be put back. Tallies are not among them: they are counted again when they are wanted. */
const TABLES: readonly (readonly [name: string, columns: string])[] = [
  [
    'accounts',
    'account, name, username, password_hash, public_key, wrapped_by_password, recovery_wrapped, recovery_proof, fresh_hash, fresh_until, avatar, disabled, created_at, mailboxes_made',
  ],
  ['mailboxes', 'account, mailbox, plain, last_seq, messages, bytes'],
  ['devices', 'device, device_id, account, mailbox, name, created_at, last_seen, last_resort'],
  ['key_packages', 'number, device, hash, body, claimed_at'],
  ['blobs', 'blob, hash, owner, size, uploaded, is_own, life, ends_at, released_at'],
  ['push_subscriptions', 'device, endpoint, created_at, pushed_at, pushed_seq'],
  ['sessions', 'session, hash, account, device, created_at, used_at, expires_at'],
  [
    'messages',
    'account, message, kind, sender, holders, fetched, accepted_at, xact, id, sent_at, ends_at, shared, body',
  ],
  ['shared_texts', 'text, holders, body'],
  ['group_epochs', 'hash, epoch, used_on'],
  ['entries', 'account, mailbox, seq, message, sender, bytes, holders'],
  ['dedup', 'account, id, digest, after, first, last'],
  ['invites', 'hash, handle, created_at, expires_at, uses_left'],
  ['proofs', 'hash, expires_at'],
  ['secrets', 'name, value'],
  ['counters', 'name, value'],
]
const END = '\\.'

/** Writes a copy. First beside the target, so that a backup of that name is either the old one or a whole new one. */
export async function writeBackup(sql: Client, target: string): Promise<void> {
  const part = `${target}.part`
  if (existsSync(part)) rmSync(part)
  makePrivateFile(part)
  try {
    await sql.begin('isolation level repeatable read read only', async (snapshot) => {
      await pipeline(
        Readable.from(linesOf(snapshot)),
        createGzip({ level: 1 }),
        createWriteStream(part, { flags: 'a' }),
      )
    })
    syncPath(part)
    renameSync(part, target)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}

/** Of the tables as this program makes them. */
const tablesVersion = (): number => readMigrations().at(-1)?.version ?? 0

async function* linesOf(sql: Pick<Client, 'unsafe'>): AsyncGenerator<Buffer | string> {
  const version = tablesVersion()
  yield `${JSON.stringify({ format: FORMAT, version, at: Date.now() })}\n`
  for (const [name, columns] of TABLES) {
    yield `${name}\n`
    const rows = await sql.unsafe(`COPY (SELECT ${columns} FROM ${name}) TO STDOUT`).readable()
    for await (const chunk of rows) yield chunk as Buffer
    yield `${END}\n`
  }
}

/** More than any mailbox gets between two copies, and a place more for each second of the copy's age (docs/decisions/0014). */
const JUMP = 1_000_000
const MOST_SECONDS = 100_000_000

/**
 * Puts a copy into a database whose tables are up to date and empty, in one transaction. Places move on, so that none is given out twice.
 * @throws Error with a sentence for people
 */
export async function restoreBackup(sql: Client, file: string): Promise<void> {
  await sql.begin(async (tx) => {
    const [there] = await tx.unsafe('SELECT count(*) AS accounts FROM accounts')
    if (toNumber(there?.['accounts']) > 0)
      throw new Error('The database holds accounts already. A copy goes into an empty one.')
    await tx.unsafe('TRUNCATE counters, secrets')
    const reader = linesIn(file)
    const at = readHead((await reader.next()).value)
    for (;;) {
      const heading = await reader.next()
      if (heading.done === true) break
      const table = TABLES.find(([name]) => name === heading.value)
      if (table === undefined) throw new Error('This copy is damaged.')
      const into = await tx.unsafe(`COPY ${table[0]} (${table[1]}) FROM STDIN`).writable()
      await pipeline(Readable.from(rowsUntilEnd(reader)), into)
    }
    await settle(tx, at)
  })
}

/** The lines of a copy. @throws Error when the file can't be read or is cut off */
async function* linesIn(file: string): AsyncGenerator<string, undefined> {
  const unzipped = createGunzip()
  createReadStream(file)
    .on('error', (error) => unzipped.destroy(error))
    .pipe(unzipped)
  let rest = ''
  for await (const part of unzipped.setEncoding('utf8')) {
    const lines = (rest + String(part)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  return undefined
}

function readHead(line: unknown): number {
  const head: unknown = typeof line === 'string' ? JSON.parse(line) : null
  if (typeof head !== 'object' || head === null || !('format' in head) || head.format !== FORMAT || !('at' in head))
    throw new Error('This is no copy of a Chatnip database in PostgreSQL.')
  const [made, here] = ['version' in head ? head.version : null, tablesVersion()]
  if (made !== here)
    throw new Error(
      `This copy has tables of version ${String(made)}, here they are ${here}. Restore it with the Chatnip that made it, then upgrade.`,
    )
  return toNumber(head.at)
}

async function* rowsUntilEnd(reader: AsyncIterator<string>): AsyncGenerator<string> {
  for (;;) {
    const line = await reader.next()
    if (line.done === true) throw new Error('This copy ends too early.')
    if (line.value === END) return
    yield `${line.value}\n`
  }
}

/**
 * Reads a copy from beginning to end without putting it anywhere.
 * @returns what is wrong with it, in words; empty when all is well
 */
export async function faultsOfCopy(file: string): Promise<readonly string[]> {
  const missing = new Set(TABLES.map(([name]) => name))
  try {
    const reader = linesIn(file)
    readHead((await reader.next()).value)
    for (let heading = await reader.next(); heading.done !== true; heading = await reader.next()) {
      for await (const _row of rowsUntilEnd(reader));
      missing.delete(heading.value)
    }
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
  return [...missing].map((name) => `the table ${name} is missing`)
}

async function settle(sql: Pick<Client, 'unsafe'>, at: number): Promise<void> {
  const jump = JUMP + Math.min(Math.max(Math.floor((Date.now() - at) / 1_000), 0), MOST_SECONDS)
  await sql.unsafe(`UPDATE mailboxes SET last_seq = last_seq + ${jump}`)
  await sql.unsafe(`UPDATE counters SET value = value + ${jump} WHERE name = 'first_seq'`)
  // Whoever took one of these after the copy was made has it; the devices bring others.
  await sql.unsafe('DELETE FROM key_packages WHERE claimed_at IS NULL')
  // Groups may have moved on since; the next commit of each tells where it is.
  await sql.unsafe('DELETE FROM group_epochs')
  // Another database counts its transactions otherwise.
  await sql.unsafe('UPDATE messages SET xact = 0')
  await sql.unsafe(
    `SELECT setval('message_numbers', greatest((SELECT max(message) FROM messages), (SELECT max(last) FROM dedup), (SELECT max(text) FROM shared_texts), 1))`,
  )
  for (const [table, column] of [
    ['accounts', 'account'],
    ['devices', 'device'],
    ['sessions', 'session'],
    ['key_packages', 'number'],
    ['blobs', 'blob'],
  ])
    await sql.unsafe(
      `SELECT setval(pg_get_serial_sequence('${table}', '${column}'), greatest((SELECT max(${column}) FROM ${table}), 1) + ${JUMP})`,
    )
}
