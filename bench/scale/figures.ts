import { readdirSync, readFileSync } from 'node:fs'

/** What was measured (`npm run bench -- cluster --record`), as far as the reckoning stands on it. */
export interface Measured {
  readonly at: string
  /** Load average while it was measured; far above 2: others used the machine, and CPU figures are too high. */
  readonly load: number
  /** CPU seconds of a node, and of the database, for one commit and for one message that takes one place and is acknowledged. */
  readonly node: Cost
  readonly database: Cost
  /** The same on one machine with SQLite; there a batch costs what its messages cost. */
  readonly sqlite: Cost
  /** CPU seconds of a node and the database together for a device that connects. */
  readonly connection: number
  readonly logBytes: number
  /** CPU seconds of NATS for a message. */
  readonly nats: number
}

export interface Cost {
  readonly perCommit: number
  readonly perMessage: number
}

interface Row {
  readonly at: string
  readonly load: number
  readonly part: string
  readonly who: string
  readonly what: string
  readonly figure: string
  readonly median: number
}

const FOLDER = new URL('../results/', import.meta.url)

/** The newest recorded figures of one name, by what they were measured on. @throws Error when there are none */
function newest(rows: readonly Row[], figure: string): ReadonlyMap<string, Row> {
  const found = new Map<string, Row>()
  for (const row of rows) if (row.figure === figure) found.set(`${row.who}; ${row.what}`, row)
  if (found.size === 0) throw new Error(`There is no figure ${figure} yet. Run: npm run bench -- cluster --record`)
  return found
}

const valuesOf = (rows: ReadonlyMap<string, Row>): readonly number[] => [...rows.values()].map(({ median }) => median)
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** @throws Error when nothing was recorded */
export function readMeasured(): Measured {
  const rows = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()
    .flatMap((name) => readFileSync(new URL(name, FOLDER), 'utf8').trim().split('\n'))
    .map((line): Row => JSON.parse(line))
    .filter(({ part }) => part === 'cluster')
  const batches = newest(rows, 'messagesPerCommit')
  const own = newest(rows, 'cpuSecondsPer10k')
  const sqlite = valuesOf(new Map([...own].filter(([name]) => name.startsWith('SQLite'))))
  const first = [...batches.values()][0]
  return {
    at: first?.at ?? '',
    load: first?.load ?? 0,
    node: fit(batches, own),
    database: fit(batches, newest(rows, 'postgresCpuPer10k')),
    sqlite: { perCommit: 0, perMessage: mean(sqlite) / 10_000 },
    connection: Math.max(...valuesOf(newest(rows, 'cpuMsPerConnection'))) / 1_000,
    logBytes: mean(valuesOf(newest(rows, 'logBytesPerMessage'))),
    nats: mean(valuesOf(newest(rows, 'natsCpuPer10k'))) / 10_000,
  }
}

/**
 * What a message costs falls with how many share a commit: cost = perMessage + perCommit / (messages in a commit). The two are found by least squares over all that was
 * measured, each weighed by its size, so that the small ones count as much as the large.
 */
export function fit(batches: ReadonlyMap<string, Row>, costs: ReadonlyMap<string, Row>): Cost {
  const points = [...batches].flatMap(([name, { median }]) => {
    const cost = costs.get(name)
    return cost === undefined ? [] : [{ x: 1 / median, y: cost.median / 10_000 }]
  })
  const sum = (pick: (point: { x: number; y: number }) => number): number =>
    points.reduce((total, point) => total + pick(point) / point.y ** 2, 0)
  const [w, x, y, xx, xy] = [
    sum(() => 1),
    sum((p) => p.x),
    sum((p) => p.y),
    sum((p) => p.x * p.x),
    sum((p) => p.x * p.y),
  ]
  const perCommit = (w * xy - x * y) / (w * xx - x * x)
  return { perCommit, perMessage: Math.max((y - perCommit * x) / w, 0) }
}
