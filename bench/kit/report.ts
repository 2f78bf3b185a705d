import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync } from 'node:fs'
import { availableParallelism, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'

/** One measured run: who was measured doing what, and the figures, each named with its unit. */
export interface Run {
  readonly part: string
  readonly who: string
  readonly what: string
  readonly figures: Readonly<Record<string, number>>
}

export interface Summary {
  readonly part: string
  readonly who: string
  readonly what: string
  readonly figure: string
  readonly runs: number
  readonly median: number
  readonly least: number
  readonly most: number
}

/** Collects runs, prints each as one JSON line, and sums them up. */
export class Report {
  readonly #runs: Run[] = []
  readonly #folder: string | null

  /** @param folder where results are kept, or null to keep none */
  constructor(folder: string | null) {
    this.#folder = folder
  }

  add(run: Run): void {
    const figures = Object.fromEntries(Object.entries(run.figures).map(([name, value]) => [name, round(value)]))
    console.log(JSON.stringify({ ...run, figures }))
    this.#runs.push({ ...run, figures })
  }

  summary(): readonly Summary[] {
    const groups = new Map<string, { run: Run; figure: string; values: number[] }>()
    for (const run of this.#runs) {
      for (const [figure, value] of Object.entries(run.figures)) {
        const key = JSON.stringify([run.part, run.who, run.what, figure])
        const group = groups.get(key) ?? { run, figure, values: [] }
        group.values.push(value)
        groups.set(key, group)
      }
    }
    return [...groups.values()].map(({ run: { part, who, what }, figure, values }) => ({
      part,
      who,
      what,
      figure,
      runs: values.length,
      median: medianOf(values),
      least: Math.min(...values),
      most: Math.max(...values),
    }))
  }

  /** The table for people, and the lines for `bench/results/`. */
  finish(): void {
    const rows = this.summary()
    console.table(
      rows.map(({ part, who, what, figure, runs, median, least, most }) => ({
        part,
        who,
        what,
        figure,
        median,
        range: `${least} – ${most}`,
        runs,
      })),
    )
    if (this.#folder === null || rows.length === 0) return
    const about = aboutThisRun()
    mkdirSync(this.#folder, { recursive: true })
    const lines = rows.map((row) => JSON.stringify({ ...about, ...row }))
    appendFileSync(join(this.#folder, `${about.at.slice(0, 10)}.jsonl`), `${lines.join('\n')}\n`)
  }
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? Number.NaN, sorted[Math.floor(middle)] ?? Number.NaN]
  return round((low + high) / 2)
}

/** Three digits say all that such a figure can say. */
export function round(value: number): number {
  return Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(3))
}

/** What is measured: the newest commit that touched it is the one that a result belongs to. */
const MEASURED = ['server', 'protocol', 'crypto']

/**
 * Date, commit and machine; no names of hosts or people. `load` is the load average at the end: where it is far above what the benchmark makes
 * itself (about 2), others used the machine, and only ratios count.
 */
function aboutThisRun() {
  return {
    at: new Date().toISOString(),
    commit:
      git('log', '-1', '--format=%h', '--', ...MEASURED) +
      (git('status', '--porcelain', '--', ...MEASURED) === '' ? '' : '+'),
    cores: availableParallelism(),
    load: round(loadavg()[0] ?? 0),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
  }
}

function git(...args: readonly string[]): string {
  try {
    return execFileSync('git', [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'unknown'
  }
}
