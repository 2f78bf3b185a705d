import { onCleared } from '../engine/people.ts'
import type { Peer, Write } from '../engine/rows.ts'
import type { Driver } from './driver.ts'
import type { SealedRows } from './vault.ts'

const PAGE = 500

/** Takes the lines of requests that were thrown away from the disk. What a crash interrupts goes on at the next start. */
export class Clearing {
  readonly #vault: SealedRows
  readonly #driver: Driver
  #isRunning = false

  constructor(vault: SealedRows, driver: Driver) {
    this.#vault = vault
    this.#driver = driver
  }

  /** There may be something to be done. */
  poke(): void {
    if (this.#isRunning || this.#next() === undefined) return
    this.#isRunning = true
    // What fails is done at the next change, or the next start.
    void this.#run()
      .catch(() => undefined)
      .finally(() => (this.#isRunning = false))
  }

  #next(): Peer | undefined {
    return [...this.#driver.shown.peers.values()].find(({ cleared }) => cleared !== undefined)
  }

  async #run(): Promise<void> {
    for (let peer = this.#next(); peer?.cleared !== undefined; peer = this.#next()) {
      const { number, cleared } = peer
      await this.#clear(number, [number, cleared.seq, cleared.sub + 1])
      await this.#driver.call({ type: 'apply', change: (turn) => onCleared(turn, number, cleared), batches: null })
    }
  }

  /** @param to the first that stays */
  async #clear(number: number, to: readonly number[]): Promise<void> {
    for (;;) {
      const rows = await this.#vault.scan('messages', { from: [number], to: [...to], limit: PAGE })
      const writes = rows.map(({ key }): Write => ({ table: 'messages', key, value: null }))
      if (writes.length > 0) await this.#driver.write(writes)
      if (rows.length < PAGE) return
    }
  }
}
