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
/** For how long after a jump, or the start, nothing expires: time for somebody to notice a wrong clock. */
const DISTRUST_MS = 60 * 60_000

interface Deps {
  readonly store: Store
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  /** What else ends, by the same clock. */
  readonly blobs?: { sweep(now: number): Promise<void> }
  /** Steady milliseconds that no clock setting moves. */
  readonly steady?: () => number
}

/** The upkeep of mailboxes and sessions. */
export interface Expiry {
  /** One round; while one is under way a second call joins it. Never rejects: what failed is tried again in a minute. */
  run(): Promise<void>
  /** Ends the rounds; resolves when the one under way is done. */
  stop(): Promise<void>
}

/**
 * Once a minute: messages that waited longer than `days` are removed and their senders told; those that were to end earlier go silently; ended sessions and used proofs
 * are swept, and blobs that ended. Nothing expires for an hour after the start or after the wall clock jumped, so that a wrong date does not throw messages away.
 */
export function startExpiry(deps: Deps, days: number): Expiry {
  const { store, bus, clock, log, blobs } = deps
  const isTrusted = clockTrust(deps)
  let running: Promise<void> | null = null

  const round = async () => {
    const now = clock.now()
    const trusts = isTrusted()
    let more = trusts
    // Batches, so that a large expiry never holds the database for long.
    while (more) {
      const wakes = await store.expire(now - days * DAY_MS, now, BATCH)
      for (const { mailbox, seq } of wakes) bus.wake(mailbox, seq)
      more = wakes.length >= BATCH
    }
    while (trusts && (await store.dropEnded(now, BATCH))) {
      // Until there is no more.
    }
    // By a wrong clock nothing ends for good either; the sweep's other work is done in any case.
    try {
      await store.sweep(trusts ? now : 0, BATCH)
    } finally {
      // Last: what lies elsewhere may be slow, or away. An account that is stuck in its going keeps no blob from ending.
      if (trusts) await blobs?.sweep(now)
    }
  }
  const run = () =>
    (running ??= round()
      .catch((cause: unknown) => log.error({ fault: faultOf(cause) }, 'Expiry failed; it tries again in a minute.'))
      .finally(() => (running = null)))
  const stopTimer = clock.every(EVERY_MS, () => void run())
  return {
    run,
    stop: async () => {
      stopTimer()
      await running
    },
  }
}

/** Whether the wall clock can be believed: since an hour it has moved as time itself does. */
function clockTrust({ clock, log, steady = () => performance.now() }: Deps): () => boolean {
  let last = { wall: clock.now(), steady: steady() }
  // Nor is it believed when the server has just started: a machine without a battery learns the time from the network later.
  let trustedFrom = steady() + DISTRUST_MS
  return () => {
    const here = { wall: clock.now(), steady: steady() }
    const drift = Math.abs(here.wall - last.wall - (here.steady - last.steady))
    last = here
    if (drift > JUMP_MS) {
      trustedFrom = here.steady + DISTRUST_MS
      log.warn({}, 'The clock of this machine jumped: nothing expires for an hour.')
    }
    return here.steady >= trustedFrom
  }
}
