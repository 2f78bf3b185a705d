import { Refusal } from '../refusal.ts'
import type { StoreLimits } from '../store.ts'
import { accountHandlers } from './accounts.ts'
import { blobHandlers } from './blobs.ts'
import { Cache } from './cache.ts'
import { FREES, READS } from './calls.ts'
import type { Call, CallName, Handlers, Outcome } from './calls.ts'
import type { Context } from './context.ts'
import { openDatabase } from './database.ts'
import type { Database, DatabaseOptions } from './database.ts'
import { deviceHandlers } from './devices.ts'
import { failureOf, isBusy, isDiskFull, needsReopening } from './failures.ts'
import { inviteHandlers } from './invites.ts'
import { keyPackageHandlers } from './key-packages.ts'
import { mailboxHandlers } from './mailboxes.ts'
import { Reserve } from './reserve.ts'
import { leaveLostPlaces } from './restored.ts'
import { toNumber } from './rows.ts'
import { pushHandlers } from './pushes.ts'
import { sessionHandlers } from './sessions.ts'
import { upkeepHandlers } from './upkeep.ts'

export interface EngineOptions extends DatabaseOptions {
  readonly limits: StoreLimits
  /** Whether to keep room back on the disk for calls that make room. */
  readonly keepsReserve: boolean
}

/** Where a test may let the machine fail: called before each commit. */
export interface EngineFaults {
  readonly beforeCommit?: () => void
}

/** How often a server that lives on what it had kept back looks whether the disk has room again. */
const LOOK_AGAIN_MS = 250

/** How long a batch still waits for a lock on which another has given up. Long enough to slip in between short transactions. */
const LOCKED_MILLISECONDS = 25

const succeeded = (value: unknown): Outcome => ({ ok: true, value })
const failed = (error: unknown): Outcome => ({ ok: false, failure: failureOf(error) })
const isRead = (call: Call): boolean => READS.has(call.name)
const makesRoom = (call: Call): boolean => FREES.has(call.name)
/** What is left of the disk is for those who make room. */
const NO_ROOM: Outcome = {
  ok: false,
  failure: { code: 'disk_full', retryAfter: 5, detail: 'what is left of the disk is kept for making room' },
}

const handlersFor = (context: Context): Handlers => ({
  ...accountHandlers(context),
  ...sessionHandlers(context),
  ...deviceHandlers(context),
  ...mailboxHandlers(context),
  ...keyPackageHandlers(context),
  ...blobHandlers(context),
  ...pushHandlers(context),
  ...inviteHandlers(context),
  ...upkeepHandlers(context),
})

/** One open connection with everything that hangs on it. */
interface Opened {
  readonly db: Database
  readonly cache: Cache
  readonly handlers: Handlers
}

/**
 * Runs batches of calls on the database. Lives in the storage thread; synchronous throughout.
 *
 * - A batch that writes is one transaction: one fsync for everybody in it, and no outcome before that.
 * - A handler that refuses has written nothing, so the others in the batch go on.
 * - When something unexpected happens the batch is undone and its calls run again one by one, each in its own transaction.
 * - After an error that leaves doubt about the disk nothing is acknowledged and the database is opened afresh.
 */
export class Engine {
  readonly #options: EngineOptions
  readonly #faults: EngineFaults
  readonly #reserve: Reserve | null
  #opened: Opened | null
  #dataVersion: number | null = null
  #foreignChange = false
  #emptyLog = false
  /** The last batch that wanted to write was kept from it by another process. */
  #isLocked = false
  /** The room kept back has been given up for those who make room: when to look again whether there is more. Null: all is well. */
  #lookAgainAt: number | null = null

  /** @throws Error with a sentence for people when the database can't be opened */
  constructor(options: EngineOptions, faults: EngineFaults = {}) {
    this.#options = options
    this.#faults = faults
    this.#reserve = options.keepsReserve ? new Reserve(options.file) : null
    this.#opened = this.#open()
    this.#reserve?.fill()
  }

  #open(): Opened {
    const db = openDatabase(this.#options)
    if (this.#options.role === 'server') settle(db)
    const cache = new Cache(db)
    const context: Context = {
      db,
      cache,
      limits: this.#options.limits,
      expiry: { passed: 0 },
      emptyLogSoon: () => {
        this.#emptyLog = true
      },
    }
    this.#dataVersion = null
    return { db, cache, handlers: handlersFor(context) }
  }

  /** Runs the calls in order and returns their outcomes in the same order, when everything they wrote is on disk. */
  run(calls: readonly Call[]): readonly Outcome[] {
    try {
      this.#opened ??= this.#reopen()
      return calls.every(isRead) ? this.#readOnly(this.#opened, calls) : this.#together(this.#opened, calls)
    } catch (error) {
      this.#doubt(error)
      return calls.map(() => failed(error))
    }
  }

  /** What may wait until the outcomes are told: memory, the log, the room kept back. Never throws. */
  tidy(): void {
    try {
      this.#opened?.cache.trim()
      if (!this.#emptyLog) return
      this.#emptyLog = false
      this.#opened?.db.emptyLog()
      this.#reserve?.fill()
    } catch (error) {
      this.#doubt(error)
    }
  }

  #readOnly(opened: Opened, calls: readonly Call[]): Outcome[] {
    this.#noticeForeign(opened)
    return calls.map((call) => invoke(opened.handlers, call))
  }

  #together(opened: Opened, calls: readonly Call[]): Outcome[] {
    try {
      return this.#transaction(opened, calls)
    } catch (error) {
      if (needsReopening(error)) throw error
      if (isBusy(error)) return calls.map((call) => (isRead(call) ? this.#alone(opened, call) : failed(error)))
      const mayDifferAlone = calls.length > 1 || calls.some(makesRoom)
      return mayDifferAlone ? calls.map((call) => this.#alone(opened, call)) : [failed(error)]
    }
  }

  #alone(opened: Opened, call: Call): Outcome {
    if (isRead(call)) return invoke(opened.handlers, call)
    try {
      return this.#single(opened, call)
    } catch (error) {
      if (needsReopening(error)) throw error
      if (!isDiskFull(error) || !makesRoom(call) || this.#reserve?.release() !== true) return failed(error)
      this.#lookAgainAt = performance.now() + LOOK_AGAIN_MS
    }
    return this.#alone(opened, call)
  }

  /** Whether nothing new may be stored: otherwise new messages would eat the room that was given up for deleting. */
  #isTight(): boolean {
    if (this.#lookAgainAt === null) return false
    if (performance.now() >= this.#lookAgainAt) {
      this.#lookAgainAt = this.#reserve?.fill() === false ? performance.now() + LOOK_AGAIN_MS : null
    }
    return this.#lookAgainAt !== null
  }

  #single(opened: Opened, call: Call): Outcome {
    const [outcome] = this.#transaction(opened, [call])
    return outcome ?? failed(new Error('a call without an outcome'))
  }

  #transaction(opened: Opened, calls: readonly Call[]): Outcome[] {
    const { db, cache, handlers } = opened
    const isTight = this.#isTight()
    this.#begin(db)
    try {
      this.#noticeForeign(opened)
      const outcomes = calls.map((call) =>
        isTight && !isRead(call) && !makesRoom(call) ? NO_ROOM : attempt(handlers, call),
      )
      cache.writeBack()
      if (cache.dedup.isDue) cache.dedup.index()
      this.#faults.beforeCommit?.()
      db.sql('COMMIT').run()
      cache.dedup.committed()
      return outcomes
    } catch (error) {
      cache.undone()
      // SQLite has undone the transaction itself after some errors.
      if (db.connection.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }

  /**
   * A lock that one batch has waited for in vain is hardly waited for again: those behind it, who have waited already for that batch, hear
   * so at once, and reads that share a batch with them are answered. The first batch that gets through ends that.
   */
  #begin(db: Database): void {
    if (this.#isLocked) db.exec(`PRAGMA busy_timeout = ${LOCKED_MILLISECONDS}`)
    try {
      db.sql('BEGIN IMMEDIATE').run()
      if (this.#isLocked) db.exec(`PRAGMA busy_timeout = ${this.#options.busyMilliseconds}`)
      this.#isLocked = false
    } catch (error) {
      // The admin command has nobody behind it and time to wait.
      this.#isLocked = isBusy(error) && this.#options.role === 'server'
      throw error
    }
  }

  /** Another process wrote: what we remember may be wrong. SQLite counts only other connections' commits here. */
  #noticeForeign({ db, cache }: Opened): void {
    const version = toNumber(db.sql('PRAGMA data_version').get()?.['data_version'])
    if (this.#dataVersion !== null && version !== this.#dataVersion) {
      cache.reset()
      this.#foreignChange = true
    }
    this.#dataVersion = version
  }

  /** Closes what can't be trusted; the next batch opens it again. */
  #doubt(error: unknown): void {
    if (this.#opened === null || !needsReopening(error)) return
    this.#opened.db.close()
    this.#opened = null
  }

  /**
   * Before anything new is promised, everything in the log is written home and fsynced again: pages of a failed fsync may be in the kernel's
   * memory, look fine, and never have reached the disk.
   */
  #reopen(): Opened {
    const opened = this.#open()
    if (opened.db.emptyLog()) return opened
    opened.db.close()
    throw new Error('The write-ahead log could not be secured yet.')
  }

  /** Whether another process has written since the last time of asking. Never throws. */
  sawForeignChange(): boolean {
    try {
      if (this.#opened !== null) this.#noticeForeign(this.#opened)
    } catch (error) {
      this.#doubt(error)
    }
    const saw = this.#foreignChange
    this.#foreignChange = false
    return saw
  }

  /** The text of every statement that was used, for the test of the query plans. */
  statements(): readonly string[] {
    return this.#opened?.db.texts() ?? []
  }

  close(): void {
    // Emptying the log beside a long reader holds the write lock as long as the connection may wait: not for the admin command to do.
    if (this.#options.role === 'server') this.#opened?.db.emptyLog()
    this.#opened?.db.close()
    this.#opened = null
  }
}

/** What a server does before its first batch. */
function settle(db: Database): void {
  try {
    leaveLostPlaces(db)
  } catch (error) {
    db.close()
    throw error
  }
}

/** Runs one call. Refusals become outcomes; everything else goes up and undoes the batch. */
function attempt<N extends CallName>(handlers: Handlers, call: Call<N>): Outcome {
  try {
    const handler: (...args: never) => unknown = handlers[call.name]
    return succeeded(Reflect.apply(handler, undefined, call.args))
  } catch (error) {
    if (error instanceof Refusal) return failed(error)
    throw error
  }
}

/** Runs one call that reads, outside any transaction. */
function invoke(handlers: Handlers, call: Call): Outcome {
  try {
    return attempt(handlers, call)
  } catch (error) {
    if (needsReopening(error)) throw error
    return failed(error)
  }
}
