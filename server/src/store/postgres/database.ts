import postgres from 'postgres'
import { ChatnipError } from '@chatnip/protocol'
import { errorOf, mayTryAgain, unavailable } from './failures.ts'
import { openLines } from './lines.ts'
import type { Address, Settings } from './options.ts'
import type { Row } from './rows.ts'

/** What a value in a statement may be. Lists go as text in PostgreSQL's notation (text.ts). */
export type Value = string | number | boolean | Uint8Array | null

/** Runs statements: prepared ones, by their text. */
export type Ask = (text: string, values?: readonly Value[]) => Promise<readonly Row[]>

/** Leaves a transaction with an answer that is no error, undoing all of it. */
export type Undo<T> = (answer: T) => never

/** The pool of connections, seen as: one statement, or some in a transaction; each answered in time or refused. */
export interface Database {
  /** One statement in a transaction of its own. @throws ChatnipError `unavailable`, `disk_full`, or what a Refusal says */
  readonly ask: Ask
  /** Several statements, all or none. Runs again when another transaction came in between; so `work` does nothing else. */
  together<T>(work: (ask: Ask, undo: Undo<T>) => Promise<T>): Promise<T>
  /** Hears what is told on a channel; `onGap` is called when something may have been missed. */
  listen(channel: string, onTold: (payload: string) => void, onGap: () => void): Promise<void>
  /** Waits for what is under way, then closes. */
  close(): Promise<void>
}

/** How often a transaction that another one got in the way of is tried. Locks are taken in order, so once is rare. */
const TRIES = 5
const CONNECT_SECONDS = 3
/** Less than the patience of those who wait for the connection. */
const SEARCH_MS = 2_000
/** A node that stops within a transaction must not keep the others waiting for its locks. */
const IDLE_IN_TRANSACTION_MS = 2_000
const INT8 = 20
const BYTEA = 17

/** The client's own types for what travels as something else than text. */
const types = {
  bigint: { to: INT8, from: [INT8], parse: Number, serialize: String },
  bytea: {
    to: BYTEA,
    from: [BYTEA],
    parse: (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.slice(2), 'hex')),
    serialize: (bytes: Uint8Array): string => `\\x${Buffer.from(bytes).toString('hex')}`,
  },
}

/**
 * Statements are written so that each finds its rows by an index, and prepared once: plans that were good for an empty table, or for the first
 * values seen, must not come back as surprises when there are millions of rows.
 */
const PLANNING = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
}

/** @param patience how long PostgreSQL itself goes on with a statement (ms); null: as long as it takes */
export function openClient(
  { address }: Pick<Settings, 'address'>,
  { connections, patience }: { readonly connections: number; readonly patience: number | null },
) {
  const lines = openLines(address, (host) => leads({ ...address, hosts: [host] }))
  const first = address.hosts[0] ?? { host: '', port: 0 }
  const options = {
    ...first,
    database: address.database,
    user: address.user,
    pass: address.password,
    ssl: address.tls === false ? false : { ...address.tls },
    max: connections,
    // As little as the client permits: none should wait behind a stranger's lock.
    max_pipeline: 1,
    connect_timeout: CONNECT_SECONDS,
    max_lifetime: null,
    fetch_types: false,
    backoff: (tries: number): number => Math.min(0.05 * 2 ** tries, 1) * (0.5 + Math.random() / 2),
    onnotice: () => undefined,
    types,
    // Decides alone which host it is: the client's own way of choosing refuses what was asked where it meets one that only follows.
    socket: lines.open,
    connection: {
      application_name: 'chatnip',
      ...(patience === null
        ? {}
        : {
            ...PLANNING,
            statement_timeout: patience,
            lock_timeout: patience,
            idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
          }),
    },
  }
  return { sql: postgres(options), cutSilent: lines.cutSilent, cutAll: lines.cutAll }
}

/**
 * Whether this one host takes writes. The client tries again for ever where a host takes its connection and hangs up, as one does that is just coming or
 * going: the answer is wanted soon, or not at all.
 */
async function leads(address: Address): Promise<boolean> {
  const { sql, cutAll } = openClient({ address }, { connections: 1, patience: SEARCH_MS })
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(Object.assign(new Error('It does not answer.'), { code: 'ETIMEDOUT' })),
    SEARCH_MS,
  )
  try {
    const [row] = await Promise.race([sql.unsafe('SELECT NOT pg_is_in_recovery() AS leads'), late])
    return row?.['leads'] === true
  } finally {
    clearTimeout(timer)
    sql.end({ timeout: 0 }).catch(() => undefined)
    cutAll()
  }
}

/** The client with our own types. */
export type Client = ReturnType<typeof openClient>['sql']

const askOn =
  (sql: Pick<Client, 'unsafe'>): Ask =>
  async (text, values = []) =>
    sql.unsafe<Row[]>(text, [...values], { prepare: true })

/** Lets so many in at a time; the others wait here, and whoever gives up is not let in any more. */
interface Gate {
  /** Resolves when there is room. @returns also what takes back the wish, as long as it waits */
  enter(): { readonly inside: Promise<void>; readonly giveUp: () => void }
  leave(): void
}

function openGate(places: number): Gate {
  let free = places
  const waiting = new Set<() => void>()
  return {
    enter: () => {
      if (free > 0) {
        free -= 1
        return { inside: Promise.resolve(), giveUp: () => undefined }
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.add(resolve)
      return { inside: promise, giveUp: () => waiting.delete(resolve) }
    },
    leave: () => {
      const [next] = waiting
      if (next === undefined) free += 1
      else {
        waiting.delete(next)
        next()
      }
    },
  }
}

/** Opens the pool. Connects only when something is asked. */
export function openDatabase(settings: Settings): Database {
  const { patience, mostWaiting } = settings
  const client = openClient(settings, { connections: settings.connections, patience })
  const ears = openClient(settings, { connections: 1, patience })
  const underWay = new Set<Promise<unknown>>()
  let closed = false

  // No more than the client has connections for: it would keep the others, and put them to a database that is back long after their callers were refused.
  const gate = openGate(settings.connections)

  /** An answer in time, or none: what has begun the database may have done all the same, what has not is never begun. */
  const inTime = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw unavailable('the store is closed')
    if (underWay.size >= mostWaiting) throw unavailable('too many calls are waiting')
    const begun = performance.now()
    const { inside, giveUp } = gate.enter()
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      giveUp()
      reject(unavailable('the database did not answer in time'))
      client.cutSilent(begun)
    }, patience)
    const run = async (): Promise<T> => {
      await inside
      return work().finally(() => gate.leave())
    }
    const answer = Promise.race([run(), late])
    underWay.add(answer)
    try {
      return await answer
    } catch (error) {
      throw errorOf(error)
    } finally {
      clearTimeout(timer)
      underWay.delete(answer)
    }
  }

  return {
    ask: (text, values) => inTime(() => again(() => askOn(client.sql)(text, values))),
    together: (work) => inTime(() => again(() => transaction(client.sql, work))),
    listen: async (channel, onTold, onGap) => {
      await ears.sql.listen(channel, onTold, onGap)
    },
    close: async () => {
      closed = true
      await Promise.allSettled(underWay)
      // At once: the client waits for connections that it has lost.
      await Promise.all([client.sql.end({ timeout: 0 }), ears.sql.end({ timeout: 0 })])
      client.cutAll()
      ears.cutAll()
    },
  }
}

class Undone extends Error {}

async function transaction<T>(sql: Client, work: (ask: Ask, undo: Undo<T>) => Promise<T>): Promise<T> {
  let outcome: { readonly value: T } | undefined
  const undo: Undo<T> = (value) => {
    outcome = { value }
    throw new Undone()
  }
  try {
    await sql.begin(async (tx) => {
      outcome = { value: await work(askOn(tx), undo) }
    })
  } catch (error) {
    if (!(error instanceof Undone)) throw error
  }
  if (outcome === undefined) throw new ChatnipError('unavailable')
  return outcome.value
}

/** Transactions that got in each other's way are undone whole, so that trying again is safe. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= TRIES || !mayTryAgain(error)) throw error
    }
  }
}
