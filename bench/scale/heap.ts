/** What is to happen, the next first. */
export interface Heap<T> {
  add(at: number, value: T): void
  /** Null: there is nothing more. */
  take(): { readonly at: number; readonly value: T } | null
}

interface Item<T> {
  readonly at: number
  readonly value: T
}

export function openHeap<T>(): Heap<T> {
  const items: Item<T>[] = []
  const isBefore = (one: number, other: number): boolean =>
    (items[one]?.at ?? Infinity) < (items[other]?.at ?? Infinity)
  const swap = (one: number, other: number): void => {
    const [first, second] = [items[one], items[other]]
    if (first === undefined || second === undefined) return
    items[one] = second
    items[other] = first
  }
  return {
    add: (at, value) => {
      items.push({ at, value })
      for (
        let index = items.length - 1, parent = (index - 1) >> 1;
        index > 0 && isBefore(index, parent);
        parent = (index - 1) >> 1
      ) {
        swap(index, parent)
        index = parent
      }
    },
    take: () => {
      const [first] = items
      const last = items.pop()
      if (first === undefined || last === undefined) return null
      if (items.length === 0) return first
      items[0] = last
      for (let index = 0; ;) {
        const [left, right] = [2 * index + 1, 2 * index + 2]
        const least = isBefore(right, left) ? right : left
        if (!isBefore(least, index)) return first
        swap(index, least)
        index = least
      }
    },
  }
}
