import { performance } from 'node:perf_hooks'
import type { Bus } from '../bus/bus.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'
import { faultOf } from '../log.ts'
import type { Log } from '../log.ts'

const EVERY_MS = 60_000
const BATCH = 500
const DAY_MS = 86_400_000
/** A wall clock that moved this much otherwise than time itself has been set, not waited for. */
const JUMP_MS = 60 * 60_000
/** For how long after a jump nothing expires: time for somebody to notice a wrong clock. */
const DISTRUST_MS = 60 * 60_000

interface Deps {
  readonly store: Store
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  /** Steady milliseconds that no clock setting moves. */
  readonly steady?: () => number
}

/**
 * Once a minute: messages that waited too long are removed and their senders told; ended sessions and used proofs are swept.
 * Nothing expires for an hour after the wall clock jumped, so that a wrong date does not throw messages away.
 * @returns stops it; resolves when the run under way is done
 */
export function startExpiry(
  { store, bus, clock, log, steady = () => performance.now() }: Deps,
  days: number,
): () => Promise<void> {
  let running: Promise<void> | null = null
  let last = { wall: clock.now(), steady: steady() }
  let trustedFrom = 0

  const mayExpire = () => {
    const here = { wall: clock.now(), steady: steady() }
    const drift = Math.abs(here.wall - last.wall - (here.steady - last.steady))
    last = here
    if (drift > JUMP_MS) {
      trustedFrom = here.steady + DISTRUST_MS
      log.warn({}, 'The clock of this machine jumped: nothing expires for an hour.')
    }
    return here.steady >= trustedFrom
  }
  const run = async () => {
    const now = clock.now()
    if (mayExpire()) {
      // Batches, so that a large expiry never holds the database for long.
      for (;;) {
        const wakes = await store.expire(now - days * DAY_MS, now, BATCH)
        for (const { mailbox, seq } of wakes) bus.wake(mailbox, seq)
        if (wakes.length < BATCH) break
      }
    }
    await store.sweep(now, BATCH)
  }
  const stop = clock.every(EVERY_MS, () => {
    running ??= run()
      .catch((cause: unknown) => log.error({ fault: faultOf(cause) }, 'Expiry failed; it tries again in a minute.'))
      .finally(() => (running = null))
  })
  return async () => {
    stop()
    await running
  }
}
