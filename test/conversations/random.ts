/** Random choices that follow from a seed (mulberry32), so that what failed once fails again. */
export interface Random {
  readonly below: (sides: number) => number
  readonly pick: <T>(from: readonly T[]) => T
  /** Up to `count` different ones. */
  readonly some: <T>(from: readonly T[], count: number) => T[]
}

export function makeRandom(seed: number): Random {
  let state = seed | 0
  const below = (sides: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides
  }
  const pick = <T>(from: readonly T[]): T => {
    const one = from[below(from.length)]
    if (one === undefined) throw new RangeError('There is nothing to pick from.')
    return one
  }
  const some = <T>(from: readonly T[], count: number): T[] => {
    const left = [...from]
    return Array.from({ length: Math.min(count, left.length) }, () => {
      const one = pick(left)
      left.splice(left.indexOf(one), 1)
      return one
    })
  }
  return { below, pick, some }
}
