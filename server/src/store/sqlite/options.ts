import { LIMITS } from '@chatnip/protocol'
import type { StoreLimits } from '../store.ts'
import type { EngineOptions } from './engine.ts'

export interface SqliteOptions {
  /** The database's path. Beside it lie `-wal`, `-shm` and `.lock`. */
  readonly file: string
  /** There is one `server` per database; `admin` (the command) may come beside it at any time. */
  readonly role?: 'server' | 'admin'
  readonly limits?: Partial<StoreLimits>
  /** How many calls may wait before new ones are refused at once with `unavailable`. */
  readonly mostWaiting?: number
  /** How often an idle server looks whether another process has written. */
  readonly foreignCheckMilliseconds?: number
  /** Upper bound of the database's size in pages of 4 KiB, for tests of a full disk. */
  readonly maxPages?: number
}

/** What the storage thread is started with. */
export interface ThreadOptions extends EngineOptions {
  readonly foreignCheckMilliseconds: number
}

/**
 * A server must answer within 250 ms (delivery promise P11): who stands behind the one that waits for the lock takes up to 70 ms more. The admin
 * command may wait for its turn.
 */
const BUSY_MILLISECONDS = { server: 150, admin: 5_000 } as const

export const threadOptions = (options: SqliteOptions): ThreadOptions => {
  const role = options.role ?? 'server'
  return {
    file: options.file,
    role,
    busyMilliseconds: BUSY_MILLISECONDS[role],
    keepsReserve: role === 'server',
    maxPages: options.maxPages ?? null,
    foreignCheckMilliseconds: options.foreignCheckMilliseconds ?? 500,
    limits: { ...LIMITS, ...options.limits },
  }
}
