import type { Endpoint, ReplyOf, RequestOf } from './endpoint.ts'
import { BLOBS } from './endpoints/blobs.ts'
import { CONVERSATIONS } from './endpoints/conversations.ts'
import { FURTHER } from './endpoints/further.ts'
import { ORIGINAL } from './endpoints/original.ts'
import { PUSH } from './endpoints/push.ts'

/** The whole HTTP API: `POST /<name>`. The server, the documentation, the sdk and the tests all read this table. */
export const ENDPOINTS = {
  ...ORIGINAL,
  ...FURTHER,
  ...CONVERSATIONS,
  ...BLOBS,
  ...PUSH,
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof ENDPOINTS
export type Request<N extends EndpointName> = RequestOf<(typeof ENDPOINTS)[N]>
export type Reply<N extends EndpointName> = ReplyOf<(typeof ENDPOINTS)[N]>

/** The names in the table's order. */
export const ENDPOINT_NAMES = Object.keys(ENDPOINTS) as EndpointName[]
