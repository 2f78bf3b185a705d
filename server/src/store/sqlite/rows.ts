import type { SQLOutputValue } from 'node:sqlite'

/** Turns what SQLite hands out into typed values; a surprise is a broken database or a wrong query and throws. */

export type Value = SQLOutputValue | undefined
export type Row = Record<string, SQLOutputValue>

const wrong = (wanted: string, value: Value): TypeError => new TypeError(`expected ${wanted}, found ${typeof value}`)

export function toNumber(value: Value): number {
  if (typeof value === 'number') return value
  throw wrong('a number', value)
}

export function toText(value: Value): string {
  if (typeof value === 'string') return value
  throw wrong('text', value)
}

export function toBytes(value: Value): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw wrong('bytes', value)
}

export const toNumberOrNull = (value: Value): number | null => (value === null ? null : toNumber(value))
export const toTextOrNull = (value: Value): string | null => (value === null ? null : toText(value))
