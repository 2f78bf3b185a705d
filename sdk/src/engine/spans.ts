/** Numbers from … to, both included. */
export type Span = readonly [from: number, to: number]

/** Spans in rising order that neither overlap nor hold anything twice. */
export type Spans = readonly Span[]

const MOST_SPANS = 64
const MOST = 2 ** 31

export const countOf = (spans: Spans): number => spans.reduce((sum, [from, to]) => sum + to - from + 1, 0)

export const holds = (spans: Spans, n: number): boolean => spans.some(([from, to]) => from <= n && n <= to)

/** What is in `spans` and not in `others`. */
export function without(spans: Spans, others: Spans): Spans {
  return others.reduce<Spans>(
    (left, [low, high]) =>
      left.flatMap(([from, to]): Spans => {
        if (high < from || to < low) return [[from, to]]
        return [...span(from, low - 1), ...span(high + 1, to)]
      }),
    spans,
  )
}

/** What is in both. */
export const both = (spans: Spans, others: Spans): Spans => without(spans, without(spans, others))

/** All of `spans` and of `others`, in order. */
export const joined = (spans: Spans, others: Spans): Spans =>
  [...without(spans, others), ...others].toSorted(([a], [b]) => a - b)

export const span = (from: number, to: number): Spans => (from <= to ? [[from, to]] : [])

/** The first of them, at most `limit`. */
export function numbersOf(spans: Spans, limit: number): readonly number[] {
  const numbers: number[] = []
  for (const [from, to] of spans) {
    for (let n = from; n <= to && numbers.length < limit; n += 1) numbers.push(n)
  }
  return numbers
}

/** The first spans, as many as a message may hold. */
export const firstSpans = (spans: Spans): Spans => spans.slice(0, MOST_SPANS)

export const fitsIn = (spans: Spans): boolean => spans.length <= MOST_SPANS

/** What somebody else wrote. @returns null when it is not at most 64 spans in rising order */
export function readSpans(value: unknown): Spans | null {
  if (!Array.isArray(value) || value.length > MOST_SPANS) return null
  const spans: Span[] = []
  let last = 0
  for (const one of value) {
    const [from, to]: readonly unknown[] = Array.isArray(one) && one.length === 2 ? one : []
    if (!isNumber(from) || !isNumber(to) || from <= last || to < from) return null
    spans.push([from, to])
    last = to
  }
  return spans
}

/** A place in a chain. */
export const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST
