import { shortHash } from '../identity.ts'
import type { GroupMark } from '../store.ts'
import type { Database } from './database.ts'
import { toNumber } from './rows.ts'

const DAY = 86_400_000
/** Then they are forgotten between two batches; they come back as they are used. */
const MOST_KNOWN = 50_000

interface GroupState {
  readonly hash: Buffer
  /** Null: nobody has committed in it, or so long ago that it is forgotten. */
  epoch: number | null
  usedOn: number
}

/**
 * In which epoch each group is. By heart as well, since every message of a conversation asks: without that it would cost a hash and a look-up
 * each. The day of its last use is written once a day.
 */
export class GroupEpochs {
  readonly #db: Database
  readonly #known = new Map<string, GroupState>()

  constructor(db: Database) {
    this.#db = db
  }

  #find(id: string): GroupState {
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const short = shortHash(id)
    const row = this.#db.sql('SELECT epoch, used_on FROM group_epochs WHERE hash = ?').get(short)
    const state =
      row === undefined
        ? { hash: short, epoch: null, usedOn: 0 }
        : { hash: short, epoch: toNumber(row['epoch']), usedOn: toNumber(row['used_on']) }
    this.#known.set(id, state)
    return state
  }

  /** The epoch in which the group is when that is another than the message's; null when the message may be taken. */
  conflict({ id, epoch }: GroupMark): number | null {
    const current = this.#find(id).epoch
    return current === epoch ? null : current
  }

  /** The message is taken: a commit moves the group on, anything else keeps it from being forgotten. */
  use({ id, epoch, commit }: GroupMark, now: number): void {
    const state = this.#find(id)
    const day = Math.floor(now / DAY)
    if (commit !== true && (state.epoch === null || state.usedOn === day)) return
    if (commit === true) state.epoch = epoch + 1
    state.usedOn = day
    this.#db
      .sql(
        `INSERT INTO group_epochs (hash, epoch, used_on) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET epoch = excluded.epoch, used_on = excluded.used_on`,
      )
      .run(state.hash, state.epoch, state.usedOn)
  }

  /** Forgets at most `batch` groups that nobody has used since `before` (ms). */
  sweep(before: number, batch: number): void {
    const { changes } = this.#db
      .sql(
        `DELETE FROM group_epochs WHERE hash IN
         (SELECT hash FROM group_epochs WHERE used_on < ? ORDER BY used_on LIMIT ?)`,
      )
      .run(Math.floor(before / DAY), batch)
    if (changes > 0) this.reset()
  }

  /** What is known by heart may be wrong: look again. */
  reset(): void {
    this.#known.clear()
  }

  /** Keeps memory bounded. Only between batches. */
  trim(): void {
    if (this.#known.size > MOST_KNOWN) this.reset()
  }
}
