import { randomUUID } from 'node:crypto'
import type { Store } from '../store.ts'
import { accountStore } from './accounts.ts'
import { openAppender } from './append.ts'
import { writeBackup } from './backup.ts'
import { blobStore } from './blobs.ts'
import { hearChanges, openAnnouncements } from './changes.ts'
import type { Context } from './context.ts'
import { openDatabase } from './database.ts'
import { deviceStore } from './devices.ts'
import { errorOf, isOfFile } from './failures.ts'
import { inviteStore } from './invites.ts'
import { keyPackageStore } from './key-packages.ts'
import { openMailboxes } from './mailboxes.ts'
import { settingsOf } from './options.ts'
import type { PostgresOptions, Settings } from './options.ts'
import { aside, check, prepare } from './prepare.ts'
import type { Row } from './rows.ts'
import { pushStore } from './pushes.ts'
import { sessionStore } from './sessions.ts'
import { readKnownOf, readStats, upkeepStore } from './upkeep.ts'

export type { PostgresOptions } from './options.ts'

/** What reads much, on a connection of its own. People can ask what is known of them: that takes one connection at a time. */
function readings(settings: Settings): Pick<Store, 'stats' | 'known'> {
  const alone = inTurn()
  const inOurWords = (error: unknown): never => {
    throw errorOf(error)
  }
  return {
    stats: () => aside(settings, (sql) => readStats((text) => sql.unsafe<Row[]>(text))).catch(inOurWords),
    known: (account) => alone(() => aside(settings, (sql) => readKnownOf(sql, account))).catch(inOurWords),
  }
}

/** One after the other. */
function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
}

/** The store, through which its nodes can also tell each other something short. */
export interface PostgresStore extends Store {
  /**
   * Told to the other nodes that are connected now; nobody keeps it.
   * @returns its number: what any node says later has a greater one
   * @throws ChatnipError unavailable
   */
  announce(text: string): Promise<number>
  onAnnounced(listener: (text: string, number: number) => void): void
}

/**
 * Opens the store of many nodes: a PostgreSQL database, whose tables a node creates or brings up to date (`role`).
 *
 * @throws Error with a sentence for people: it can't be reached, is set to lose messages, is of a newer Chatnip, …
 */
export async function openPostgresStore(options: PostgresOptions): Promise<PostgresStore> {
  const settings = settingsOf(options)
  await (options.role === 'admin' ? check(settings) : prepare(settings))
  const db = openDatabase(settings)
  const context: Context = { db, limits: settings.limits, node: randomUUID() }
  const listeners: Parameters<Store['onForeignChange']>[0][] = []
  const appender = openAppender(context)
  const { idle, ...mailboxes } = openMailboxes(context)
  await hearChanges(context, (account) => {
    for (const listener of listeners) listener(account)
  })
  let closing: Promise<void> | null = null
  const close = async (): Promise<void> => {
    await Promise.all([appender.idle(), idle()])
    await db.close()
  }
  return {
    ...accountStore(context),
    ...sessionStore(context),
    ...deviceStore(context),
    ...keyPackageStore(context),
    ...blobStore(context),
    ...pushStore(context),
    ...inviteStore(context),
    ...upkeepStore(context),
    ...mailboxes,
    append: appender.append,
    ...readings(settings),
    backup: (file) =>
      aside(settings, (sql) => writeBackup(sql, file)).catch((error: unknown) =>
        Promise.reject(isOfFile(error) ? error : errorOf(error)),
      ),
    onForeignChange: (listener) => {
      listeners.push(listener)
    },
    ...(await openAnnouncements(context)),
    close: () => (closing ??= close()),
  }
}
