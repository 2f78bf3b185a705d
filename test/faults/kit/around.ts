/** One call of a method that has been put a hull around. */
export interface Around {
  /** What it was called on. */
  readonly on: object
  readonly values: readonly unknown[]
  /** Calls the method itself, with these values in place of its own. */
  readonly go: (values: readonly unknown[]) => unknown
}

/** Puts a hull around a method, for programs that do one thing wrong on purpose. */
export function around(prototype: object, name: string, hull: (call: Around) => unknown): void {
  const method: unknown = Reflect.get(prototype, name)
  if (typeof method !== 'function') throw new TypeError(`There is no method ${name}.`)
  const value = function (this: object, ...values: unknown[]): unknown {
    return hull({ on: this, values, go: (others) => Reflect.apply(method, this, [...others]) })
  }
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true })
}
