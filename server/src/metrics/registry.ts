import { FAMILIES, OTHER } from './families.ts'
import type { Family, FamilyName } from './families.ts'

/** Figures under the names of the table, and as Prometheus reads them (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export interface Registry {
  /** @param values one for each label, in the table's order; what does not stand there counts as `other` */
  add(name: FamilyName, values?: readonly string[], by?: number): void
  set(name: FamilyName, value: number, values?: readonly string[]): void
  /** @param seconds goes into a histogram */
  observe(name: FamilyName, seconds: number): void
  text(): string
}

interface Histogram {
  readonly ends: readonly number[]
  /** One more than there are ends: what is beyond the last. */
  readonly counts: number[]
  sum: number
}

const ENTRIES: readonly (readonly [name: string, family: Family])[] = Object.entries(FAMILIES)

/** `{endpoint="send_message",status="200"}` */
function labelsOf({ labels = {} }: Family, values: readonly string[]): string {
  const pairs = Object.entries(labels).map(([label, known], index) => {
    const value = values[index] ?? OTHER
    return `${label}="${known.includes(value) ? value : OTHER}"`
  })
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function histogramLines(name: string, { ends, counts, sum }: Histogram): string[] {
  let below = 0
  const lines = [...ends, Infinity].map((end, index) => {
    below += counts[index] ?? 0
    return `${name}_bucket{le="${end === Infinity ? '+Inf' : end}"} ${below}`
  })
  return [...lines, `${name}_sum ${sum}`, `${name}_count ${below}`]
}

export function openRegistry(): Registry {
  const families = new Map(ENTRIES)
  const figures = new Map<string, Map<string, number>>(ENTRIES.map(([name]) => [name, new Map<string, number>()]))
  const histograms = new Map<string, Histogram>(
    ENTRIES.flatMap(([name, { buckets: ends }]) =>
      ends === undefined ? [] : [[name, { ends, counts: Array.from({ length: ends.length + 1 }, () => 0), sum: 0 }]],
    ),
  )
  const put = (name: FamilyName, values: readonly string[], next: (before: number) => number): void => {
    const family = families.get(name)
    const own = figures.get(name)
    if (family === undefined || own === undefined) return
    const labels = labelsOf(family, values)
    own.set(labels, next(own.get(labels) ?? 0))
  }
  // What has no labels is there from the beginning, so that nobody takes a zero for something missing.
  for (const [name, { kind, labels }] of ENTRIES)
    if (kind === 'counter' && labels === undefined) figures.get(name)?.set('', 0)
  const linesOf = (name: string): string[] => {
    const histogram = histograms.get(name)
    if (histogram !== undefined) return histogramLines(name, histogram)
    return [...(figures.get(name) ?? [])].map(([labels, value]) => `${name}${labels} ${value}`)
  }
  return {
    add: (name, values = [], by = 1) => put(name, values, (before) => before + by),
    set: (name, value, values = []) => put(name, values, () => value),
    observe: (name, seconds) => {
      const histogram = histograms.get(name)
      if (histogram === undefined) return
      const at = histogram.ends.findIndex((end) => seconds <= end)
      const index = at === -1 ? histogram.ends.length : at
      histogram.counts[index] = (histogram.counts[index] ?? 0) + 1
      histogram.sum += seconds
    },
    text: () =>
      ENTRIES.flatMap(([name, { kind, help }]) => {
        const lines = linesOf(name)
        return lines.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...lines]
      })
        .concat('')
        .join('\n'),
  }
}
