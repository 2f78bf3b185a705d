import { StatementSync } from 'node:sqlite'
import { around } from '../kit/around.ts'

/** The control of T4, loaded before the real server and inherited by its storage thread: a commit that failed counts as one that succeeded. */
around(StatementSync.prototype, 'run', ({ on, values, go }) => {
  try {
    return go(values)
  } catch (error) {
    if (!(on instanceof StatementSync) || on.sourceSQL !== 'COMMIT') throw error
    return { changes: 0, lastInsertRowid: 0 }
  }
})
