import type { Clock } from '@chatnip/sdk'

interface Timer {
  readonly due: number
  readonly ring: () => void
}

/** The clock of a device on which hours pass in a moment, or which is set. Between that it goes as every other. */
export class LeapingClock implements Clock {
  #passed = 0
  readonly #timers = new Set<Timer>()

  now(): number {
    return Date.now() + this.#passed
  }

  timer(ms: number, run: () => void): () => void {
    const stop = (): void => {
      clearTimeout(real)
      this.#timers.delete(timer)
    }
    const ring = (): void => {
      stop()
      run()
    }
    const real = setTimeout(ring, ms)
    const timer = { due: this.now() + ms, ring }
    this.#timers.add(timer)
    return stop
  }

  /** What is due by then rings. */
  pass(ms: number): void {
    this.#passed += ms
    const now = this.now()
    const due = [...this.#timers].filter((timer) => timer.due <= now)
    for (const { ring } of due) ring()
  }
}
