/** Time as the server's parts see it. Injected, so that tests and simulations decide what time it is. */
export interface Clock {
  /** Unix milliseconds; does not go back by little, so that what has ended does not come back to life. */
  now(): number
  /** Calls once after `ms`; the returned function cancels. */
  after(ms: number, call: () => void): () => void
  /** Calls every `ms` until the returned function is called. */
  every(ms: number, call: () => void): () => void
}

/** A step back by less is a correction, and time is held meanwhile. By more it undoes a leap forward that was wrong: held, time would stand still for years. */
const HELD_MS = 60_000

/**
 * The machine's clock. Its timers do not keep the process alive.
 * @param wall Unix milliseconds as the machine has them
 */
export function systemClock(wall: () => number = Date.now): Clock {
  let latest = 0
  return {
    now: () => {
      const here = wall()
      if (here > latest || latest - here > HELD_MS) latest = here
      return latest
    },
    after: (ms, call) => {
      const timer = setTimeout(call, ms).unref()
      return () => clearTimeout(timer)
    },
    every: (ms, call) => {
      const timer = setInterval(call, ms).unref()
      return () => clearInterval(timer)
    },
  }
}
