/** Time as the server's parts see it. Injected, so that tests and simulations decide what time it is. */
export interface Clock {
  /** Unix milliseconds; never goes back within one run, so that an ended session does not come back to life. */
  now(): number
  /** Calls once after `ms`; the returned function cancels. */
  after(ms: number, call: () => void): () => void
  /** Calls every `ms` until the returned function is called. */
  every(ms: number, call: () => void): () => void
}

/** The machine's clock. Its timers do not keep the process alive. */
export function systemClock(): Clock {
  let latest = 0
  return {
    now: () => (latest = Math.max(latest, Date.now())),
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
