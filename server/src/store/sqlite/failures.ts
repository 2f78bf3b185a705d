import { Refusal } from '../refusal.ts'
import type { Failure } from './calls.ts'

/** SQLite's primary result codes that we tell apart (https://sqlite.org/rescode.html). */
const BUSY = 5
const LOCKED = 6
const IO_ERROR = 10
const CORRUPT = 11
const FULL = 13
const CANNOT_OPEN = 14
const NOT_A_DATABASE = 26

/** SQLite's primary result code, or null when the error does not come from SQLite. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  return error.errcode & 0xff
}

export const isBusy = (error: unknown): boolean => {
  const code = sqliteCode(error)
  return code === BUSY || code === LOCKED
}

export const isDiskFull = (error: unknown): boolean => sqliteCode(error) === FULL

/**
 * After these the connection must not be trusted: of an fsync that failed nobody knows what reached the disk.
 * The database is closed and opened again; nothing of the batch is acknowledged.
 */
export const needsReopening = (error: unknown): boolean => {
  const code = sqliteCode(error)
  return code === IO_ERROR || code === CORRUPT || code === CANNOT_OPEN || code === NOT_A_DATABASE
}

/** What the caller gets to hear of an error. */
export function failureOf(error: unknown): Failure {
  const detail = error instanceof Error ? error.message : String(error)
  if (error instanceof Refusal) return { code: error.code, detail }
  if (isDiskFull(error)) return { code: 'disk_full', retryAfter: 5, detail }
  return { code: 'unavailable', retryAfter: 1, detail }
}
