import { systemClock } from '../../../server/src/clock.ts'
import { startExpiry } from '../../../server/src/delivery/expiry.ts'
import type { App } from './app.ts'
import type { Person } from './person.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * What the server took before `moment` (Unix ms) and nobody has fetched waits too long now: one round of the server's own expiry,
 * two hours on, with a keeping time that ends just there.
 */
export async function letExpire(app: App, moment: number = Date.now()): Promise<void> {
  const { store, bus, log } = app.server().services
  const real = systemClock()
  let passed = 0
  const clock = { ...real, now: () => real.now() + passed, every: () => () => undefined }
  const days = (2 * HOUR_MS + Date.now() - moment) / DAY_MS
  const expiry = startExpiry({ store, bus, log, clock, steady: () => performance.now() + passed }, days)
  passed = 2 * HOUR_MS
  await expiry.run()
  await expiry.stop()
}

/** From its first page on, this browser has a clock of its own, which goes as every other until it is told. */
export async function ownClock(person: Person): Promise<Person> {
  await person.context.clock.install()
  return person
}

/** So much time passes at once in this browser, its timers ring, and pages that are opened later know of it. */
export const letPass = ({ context }: Person, ms: number): Promise<void> => context.clock.fastForward(ms)
