import { DatabaseSync } from 'node:sqlite'
import { around } from '../kit/around.ts'

/**
 * The control of T3, loaded before the real server and inherited by its storage thread: the database syncs only when the log is moved home
 * (`synchronous = NORMAL`), and says that it were FULL when the server asks.
 */
around(DatabaseSync.prototype, 'exec', ({ values: [sql], go }) =>
  go([String(sql).replace('synchronous = FULL', 'synchronous = NORMAL')]),
)
around(DatabaseSync.prototype, 'prepare', ({ values, go }) =>
  values[0] === 'PRAGMA synchronous' ? go(['SELECT 2 AS synchronous']) : go(values),
)
