import type { EndpointName, Reply, Request } from '@chatnip/protocol'
import type { Services } from '../services.ts'
import type { Session } from '../store/store.ts'
import type { Seen } from '../request/seen.ts'

/** One call of an endpoint, after form, session and rates have been checked. */
export interface Call<N extends EndpointName> {
  readonly body: Request<N>
  /** The caller's session. Reading it where the table asks for none throws not_signed_in. */
  readonly session: Session
  readonly seen: Seen
  /** Aborts when the caller has gone or the server stops. */
  readonly signal: AbortSignal
  /** The uploaded file of a multipart endpoint. */
  readonly file: Uint8Array
  /** Gives the caller a session cookie; an empty token takes it away. */
  readonly setSessionCookie: (token: string, lasting: boolean) => void
  readonly byCookie: boolean
}

export type Handler<N extends EndpointName> = (services: Services, call: Call<N>) => Promise<Reply<N>> | Reply<N>
export type Handlers<N extends EndpointName = EndpointName> = { readonly [K in N]: Handler<K> }

/** The answer of a command that has been done. */
export const OK = 'OK' as const
