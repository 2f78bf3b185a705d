/**
 * Values that callers hold and pass back while what they stand for stays in this folder: no key can be logged, cloned or sent by
 * mistake, and no type of the library shows.
 */
export interface Hiding<Shown extends object, Hidden> {
  readonly hide: (shown: Shown, hidden: Hidden) => Shown
  /** @throws TypeError for a value that was not made here (a copy, for instance) */
  readonly reveal: (shown: Shown) => Hidden
}

export function makeHiding<Shown extends object, Hidden>(what: string): Hiding<Shown, Hidden> {
  const kept = new WeakMap<Shown, Hidden>()
  return {
    hide(shown, hidden) {
      const frozen = Object.freeze(shown)
      kept.set(frozen, hidden)
      return frozen
    },
    reveal(shown) {
      const hidden = kept.get(shown)
      if (hidden === undefined) throw new TypeError(`That is not a ${what}, or a copy of one. Use saving and loading.`)
      return hidden
    },
  }
}
