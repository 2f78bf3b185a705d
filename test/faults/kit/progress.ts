import { writeSync } from 'node:fs'

const STANDARD_ERROR = 2
const EVERY_MS = 10_000

/** Says now and then how far a long test has come: `said(7)` after the seventh. The last is said in any case. */
export function progressOf(test: string, of: number, what: string): (done: number) => void {
  const began = performance.now()
  let saidAt = began
  return (done) => {
    const now = performance.now()
    if (now - saidAt < EVERY_MS && done < of) return
    saidAt = now
    // Past vitest, which keeps what is logged until the test ends.
    writeSync(STANDARD_ERROR, `${test}: ${done} of ${of} ${what}, ${Math.round((now - began) / 1_000)} s\n`)
  }
}
