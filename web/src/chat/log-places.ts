/** Where the lines of the log stand on the screen. Every line carries its key as `data-key`. */

/** A line, and how far its top is below the top of what is visible. */
interface Mark {
  readonly key: string
  readonly top: number
}

/**
 * What is seen of the log: some lines, since a day line goes when older messages of that day come above it, and how far it was
 * scrolled then.
 */
export interface Place {
  readonly marks: readonly Mark[]
  readonly scrollTop: number
}

const top = (element: Element): number => element.getBoundingClientRect().top
const foot = (element: Element): number => element.getBoundingClientRect().bottom

/** The lines, as they are in the page: this is asked at every step of a scroll. */
const linesOf = (log: HTMLElement): HTMLCollection | readonly Element[] =>
  log.getElementsByClassName('log-lines')[0]?.children ?? []

export const lineOf = (log: HTMLElement, key: string): HTMLElement | null =>
  log.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)

/** The first line whose top is not above `y`, by halving: they stand one under the other. */
const firstFrom = (lines: HTMLCollection | readonly Element[], y: number): number => {
  let [low, high] = [0, lines.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const line = lines[middle]
    if (line !== undefined && top(line) >= y) high = middle
    else low = middle + 1
  }
  return low
}

/** The topmost lines of which the beginning is visible; behind them, in case there is none, the one that begins above. */
export const markPlace = (log: HTMLElement): Place => {
  const lines = linesOf(log)
  const edge = top(log)
  const from = firstFrom(lines, edge)
  const marks: Mark[] = []
  for (const at of [from, from + 1, from + 2, from + 3, from - 1]) {
    const line = lines[at]
    const key = line instanceof HTMLElement ? line.dataset['key'] : undefined
    if (line !== undefined && key !== undefined) marks.push({ key, top: top(line) - edge })
  }
  return { marks, scrollTop: log.scrollTop }
}

/**
 * Scrolls so that the first of the marked lines that is still there stands where it stood.
 * @param scrolled by how much somebody has scrolled since, in px
 */
export const restorePlace = (log: HTMLElement, { marks }: Place, scrolled: number): void => {
  for (const mark of marks) {
    const line = lineOf(log, mark.key)
    if (line === null) continue
    const moved = top(line) - top(log) - mark.top + scrolled
    if (Math.abs(moved) >= 1) log.scrollTop += moved
    return
  }
}

/** The messages, one under the other, each of which can have the focus. */
export const articlesOf = (log: HTMLElement): readonly HTMLElement[] => [
  ...log.querySelectorAll<HTMLElement>('[data-key] > article'),
]

export const articleOf = (line: HTMLElement | null): HTMLElement | null =>
  line?.querySelector<HTMLElement>(':scope > article') ?? null

/** The whole message nearest to the top, or the foot, of what is visible. */
export const articleAtEdge = (log: HTMLElement, edge: 'top' | 'foot'): HTMLElement | null => {
  const all = articlesOf(log)
  const box = log.getBoundingClientRect()
  const found =
    edge === 'top'
      ? all.find((article) => top(article) >= box.top - 1)
      : all.findLast((article) => foot(article) <= box.bottom + 1)
  return found ?? (edge === 'top' ? all.at(-1) : all[0]) ?? null
}

export const distanceToEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number =>
  scrollHeight - scrollTop - clientHeight
