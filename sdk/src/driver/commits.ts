import type { After } from '../engine/events.ts'
import type { Write } from '../engine/rows.ts'
import type { State } from '../engine/state.ts'
import type { SealedRows } from './vault.ts'

export interface Commit {
  readonly writes: readonly Write[]
  readonly after: readonly After[]
  /** What is known once this is on disk. */
  readonly shown: State
}

interface Outcome {
  readonly done: (shown: State, after: readonly After[]) => void
  readonly failed: (error: unknown) => void
}

/** Commits in the order in which they were asked for. What arrives while one is being written goes together into the next. */
export class Commits {
  readonly #vault: SealedRows
  readonly #outcome: Outcome
  #pending: Commit[] = []
  #writing = false
  #waiters: (() => void)[] = []

  constructor(vault: SealedRows, outcome: Outcome) {
    this.#vault = vault
    this.#outcome = outcome
  }

  add(commit: Commit): void {
    this.#pending.push(commit)
    if (!this.#writing) void this.#write()
  }

  /** Resolves when everything asked for so far is on disk, or has failed. */
  drained(): Promise<void> {
    if (!this.#writing) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiters.push(resolve)
    })
  }

  /** Forgets what is not being written yet. */
  drop(): void {
    this.#pending = []
  }

  async #write(): Promise<void> {
    this.#writing = true
    while (this.#pending.length > 0) {
      const together = this.#pending
      this.#pending = []
      // Who waits now waits for these, not for what comes while they are being written.
      const waiters = this.#waiters
      this.#waiters = []
      const error = await this.#attempt(together)
      if (error === null) for (const { shown, after } of together) this.#outcome.done(shown, after)
      else this.#outcome.failed(error)
      for (const resolve of waiters) resolve()
    }
    this.#writing = false
    for (const resolve of this.#waiters.splice(0)) resolve()
  }

  async #attempt(together: readonly Commit[]): Promise<Error | null> {
    try {
      await this.#vault.commit(together.flatMap(({ writes }) => writes))
      return null
    } catch (error) {
      return error instanceof Error ? error : new Error('The storage failed.', { cause: error })
    }
  }
}
