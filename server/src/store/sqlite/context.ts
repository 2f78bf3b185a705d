import type { StoreLimits } from '../store.ts'
import type { Cache } from './cache.ts'
import type { Database } from './database.ts'

/** What the handlers work with. */
export interface Context {
  readonly db: Database
  readonly cache: Cache
  readonly limits: StoreLimits
  /** Texts up to this number were looked at for expiry and passed over. Lives in memory only. */
  readonly expiry: { passed: number }
  /** Asks for the write-ahead log to be emptied when this batch is committed. */
  readonly emptyLogSoon: () => void
}
