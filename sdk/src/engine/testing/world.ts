import { Device } from './device.ts'
import { MailServer } from './mail-server.ts'

/**
 * A world in one thread and virtual time for the engine: devices with disks that forget what was not flushed, a mail server that
 * keeps the delivery rules, lines that are cut. Everything is drawn from one seed, so a schedule that fails can be played again.
 */

/** Deliberate mistakes. A world with one of them must be caught losing or doubling messages, or it proves nothing. */
export type Mutant = 'act before commit' | 'forget ids' | 'seal anew on retry' | 'no outbox on disk'

export interface Job {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

export class World {
  now = 1_700_000_000_000
  readonly start: number = this.now
  readonly server: MailServer = new MailServer(this)
  readonly devices: Device[] = []
  readonly mutant: Mutant | null
  /** The fault injection ends here; after that everything works. */
  calmAt = 0
  #jobs: Job[] = []
  #order = 0
  #seed: number

  constructor(seed: number, mutant: Mutant | null = null) {
    this.#seed = seed | 0
    this.mutant = mutant
  }

  /** mulberry32. */
  random(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  chance(share: number): boolean {
    return this.now < this.calmAt && this.random() < share
  }

  device(name: string, account: string): Device {
    const device = new Device(this, name, account)
    this.devices.push(device)
    this.server.addDevice(account, name)
    device.boot()
    return device
  }

  /** @param ms from now; @returns what takes it back */
  after(ms: number, run: () => void): () => void {
    this.#order += 1
    const job = { at: this.now + Math.max(0, ms), order: this.#order, run }
    this.#jobs.push(job)
    return () => {
      this.#jobs = this.#jobs.filter((other) => other !== job)
    }
  }

  at(ms: number, run: () => void): void {
    this.after(this.start + ms - this.now, run)
  }

  /** Plays until `ms` after the start. Earlier jobs first; of the same moment, those asked for first. */
  play(ms: number): void {
    for (;;) {
      const next = this.#jobs.reduce<Job | null>(
        (best, job) => (best === null || isBefore(job, best) ? job : best),
        null,
      )
      if (next === null || next.at > this.start + ms) return
      this.#jobs = this.#jobs.filter((job) => job !== next)
      this.now = next.at
      next.run()
    }
  }
}

const isBefore = (a: Job, b: Job): boolean => (a.at === b.at ? a.order < b.order : a.at < b.at)
