import type { Filing, FilingPorts } from '../driver/filing.ts'
import type { BlobTransport, RowStore } from '../ports.ts'
import { Fetching } from './fetching.ts'
import { Keeping } from './keeping.ts'
import { Shelf } from './shelf.ts'
import { removeLeftovers, takeAway } from './sweeping.ts'
import { Uploads } from './uploads.ts'

export interface ClerkPorts extends FilingPorts {
  readonly transport: BlobTransport
  readonly rows: RowStore
}

/** What all of its parts work with. */
export interface ClerkDesk extends ClerkPorts {
  readonly shelf: Shelf
}

const AGAIN_MS = 10_000

/** Keeps files, sends them, fetches them and takes them away; one thing of each at a time, and each is on disk before what follows from it. */
export class Clerk implements Filing {
  readonly #desk: ClerkDesk
  readonly #keeping: Keeping
  readonly #uploads: Uploads
  readonly #fetching: Fetching
  #isRunning = false
  #isDue = false
  #isStopped = false
  #cancel: () => void = () => undefined

  constructor(desk: ClerkDesk) {
    this.#desk = desk
    this.#keeping = new Keeping(desk)
    this.#uploads = new Uploads(desk)
    this.#fetching = new Fetching(desk)
  }

  poke(): void {
    this.#isDue = true
    if (!this.#isRunning && !this.#isStopped) void this.#run()
  }

  keep: Filing['keep'] = async (...asked) => {
    const id = await this.#keeping.keep(...asked)
    this.poke()
    return id
  }

  open: Filing['open'] = (message, id) => this.#fetching.open(message, id)

  stopOne(id: string): void {
    this.#fetching.stop(id)
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
    this.#fetching.stopAll()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#isDue && !this.#isStopped) {
      this.#isDue = false
      try {
        await takeAway(this.#desk)
        while (!this.#isStopped && this.#desk.driver.state.line.phase === 'online' && (await this.#uploads.once()));
      } catch (error) {
        // The line, the server, or the disk: all of them come back, and what is on disk is where it goes on.
        this.#lookIn(waitOf(error))
      }
    }
    this.#isRunning = false
  }

  #lookIn(ms: number): void {
    this.#cancel()
    if (!this.#isStopped) this.#cancel = this.#desk.clock.timer(ms, () => this.poke())
  }
}

const waitOf = (error: unknown): number => {
  const seconds = error instanceof Error && 'retryAfter' in error ? Number(error.retryAfter) : Number.NaN
  return Number.isFinite(seconds) ? Math.max(1_000, seconds * 1_000) : AGAIN_MS
}

/** What was being kept when the app was closed has no message: nobody will send it. */
export async function makeClerk(ports: ClerkPorts): Promise<Clerk> {
  const desk = { ...ports, shelf: new Shelf(ports.rows) }
  await removeLeftovers(desk)
  return new Clerk(desk)
}
