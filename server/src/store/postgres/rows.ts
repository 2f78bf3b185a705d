/** Turns what PostgreSQL hands out into typed values; a surprise is a wrong query or a broken database and throws. */

export type Row = Readonly<Record<string, unknown>>

const wrong = (wanted: string, value: unknown): TypeError => new TypeError(`expected ${wanted}, found ${typeof value}`)

export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value
  throw wrong('a number', value)
}

export function toText(value: unknown): string {
  if (typeof value === 'string') return value
  throw wrong('text', value)
}

export function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw wrong('true or false', value)
}

export function toBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw wrong('bytes', value)
}

export function toNumbers(value: unknown): readonly number[] {
  if (Array.isArray(value)) return value.map(toNumber)
  throw wrong('a list of numbers', value)
}

export const toNumberOrNull = (value: unknown): number | null => (value === null ? null : toNumber(value))
export const toTextOrNull = (value: unknown): string | null => (value === null ? null : toText(value))
