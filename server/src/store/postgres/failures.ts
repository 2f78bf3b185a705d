import { ChatnipError } from '@chatnip/protocol'
import { Refusal } from '../refusal.ts'

/** What PostgreSQL and its client say when something fails: a five-letter SQLSTATE, or a word of the client or of Node. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** disk_full and its kin (https://www.postgresql.org/docs/current/errcodes-appendix.html, class 53). */
const DISK_FULL = '53100'
/** serialization_failure, deadlock_detected: the transaction is undone for certain, and another try may well succeed. */
const AGAIN: ReadonlySet<string> = new Set(['40001', '40P01'])

export const mayTryAgain = (error: unknown): boolean => AGAIN.has(codeOf(error))

/**
 * What the caller gets to hear: its own mistake, a full disk, or `unavailable`: the database is away, slow, or in trouble. After `unavailable`
 * nobody knows whether a write that was under way was stored; the ids of the messages will tell.
 */
export function errorOf(error: unknown): ChatnipError {
  if (error instanceof ChatnipError) return error
  if (error instanceof Refusal) return new ChatnipError(error.code, { cause: error })
  if (codeOf(error) === DISK_FULL) return new ChatnipError('disk_full', { retryAfter: 5, cause: error })
  return new ChatnipError('unavailable', { retryAfter: 1, cause: error })
}

/** Words of the network and of a database that is just starting (57P03), just going (57P01, 57P02), or has no connection left (53300). */
const NOT_THERE = /^(?:E[A-Z_]+|CONNECT\w+|57P0[123]|53300)$/

/** What Node says of certificates: of an authority that is not believed, a name that is another one, a date. */
const OF_TLS = /CERT|SIGNATURE|ISSUER|SELF_SIGNED|^ERR_TLS/
export const isOfTls = (error: unknown): boolean => OF_TLS.test(codeOf(error))

/** Whether it may be there in a moment. */
export const isNotThere = (error: unknown): boolean => NOT_THERE.test(codeOf(error)) && !isOfTls(error)

/** What Node says of files, so that whoever makes a copy knows that it is not the database. */
const OF_FILES: ReadonlySet<string> = new Set([
  'EACCES',
  'EDQUOT',
  'EFBIG',
  'EIO',
  'EISDIR',
  'ENOENT',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
])

export const isOfFile = (error: unknown): boolean => OF_FILES.has(codeOf(error))

/** Classes of errors that lie in what was asked (data, constraints, PL/pgSQL), not in the database's state. */
const ASKED_WRONGLY = /^(?:22|23|54|P0)/

export const isInTheQuestion = (error: unknown): boolean =>
  error instanceof ChatnipError && ASKED_WRONGLY.test(codeOf(error.cause))

export const unavailable = (detail: string): ChatnipError =>
  new ChatnipError('unavailable', { retryAfter: 1, cause: new Error(detail) })
