import type { Static, TSchema } from 'typebox'
import type { ErrorCode } from './errors.ts'
import type { RateLimit } from './rates.ts'

/** Who may call: `anyone`, somebody with a `session`, or a session that belongs to a registered `device`. */
export type Caller = 'anyone' | 'session' | 'device'

/** One row of the API's table. From it come routes, validation, documentation, the sdk's types and the tests' walk. */
export interface Endpoint {
  readonly summary: string
  readonly group:
    | 'accounts'
    | 'messages'
    | 'keys'
    | 'conversations'
    | 'blobs'
    | 'push'
    | 'avatars'
    | 'sessions and devices'
    | 'sign-up'
  readonly caller: Caller
  /** GET is there for the two that the original's scripts call so; everything else is POST. */
  readonly methods: readonly ('GET' | 'POST')[]
  /** `multipart` has the one file that `file` names; its `request` schema then describes the other fields. */
  readonly body: 'json' | 'multipart'
  /** The form's file field and its most bytes. */
  readonly file?: { readonly field: string; readonly bytes: number }
  readonly request: TSchema
  /** What a 200 carries. The schema `Type.Literal('OK')` is answered as plain text, `Bytes` as they are. */
  readonly reply: TSchema
  /** Refusals particular to this endpoint; `COMMON_ERRORS` may come from each. */
  readonly errors: readonly ErrorCode[]
  readonly rates: readonly RateLimit[]
}

/** What any endpoint may answer besides its own errors. */
export const COMMON_ERRORS = [
  'bad_request',
  'cross_site',
  'too_large',
  'media_type',
  'too_many',
  'unavailable',
  'disk_full',
] as const satisfies readonly ErrorCode[]

/** Identity with a type: keeps the literal types of one row while checking its form. */
export const endpoint = <const E extends Endpoint>(row: E): E => row

export type RequestOf<E extends Endpoint> = Static<E['request']>
export type ReplyOf<E extends Endpoint> = Static<E['reply']>
