import type { Report } from './report.ts'

/** A named part of `npm run bench`. */
export interface Part {
  readonly name: string
  run(options: Options): Promise<void>
}

export interface Options {
  readonly report: Report
  /** How often each figure is measured. */
  readonly runs: number
}

/** Calls `one` so many times, one after the other, each time telling which. */
export async function repeat(times: number, one: (n: number) => Promise<void>): Promise<void> {
  for (let n = 0; n < times; n += 1) await one(n)
}
