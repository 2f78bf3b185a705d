/** A small generator with a seed (mulberry32), so that a run can be made again: `SEED=… npm run test:faults`. */
export interface Random {
  /** Evenly spread in [0, 1). */
  number(): number
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number
  pick<T>(list: readonly T[]): T
}

export const SEED: number = Number(process.env['SEED'] ?? Date.now() % 1_000_000)

export function randomFrom(seed: number = SEED): Random {
  let state = seed >>> 0
  const number = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) => least + Math.floor(number() * (most - least + 1))
  return {
    number,
    between,
    pick: (list) => {
      const one = list[between(0, list.length - 1)]
      if (one === undefined) throw new RangeError('There is nothing to choose from.')
      return one
    },
  }
}
