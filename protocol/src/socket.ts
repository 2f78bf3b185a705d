import { Type } from 'typebox'
import type { Static } from 'typebox'
import type { ErrorCode } from './errors.ts'
import { OUTGOING, Seq } from './schemas.ts'

/** The frames of `/socket`: JSON text, one object a frame, told apart by `type`. */

export const SendFrame = Type.Object({ type: Type.Literal('send'), ...OUTGOING }, { additionalProperties: false })
/** "Everything up to and with `upto` lies safely in my storage": the server forgets it. */
export const AckFrame = Type.Object({ type: Type.Literal('ack'), upto: Seq }, { additionalProperties: false })
/** A browser cannot see WebSocket pings, so it may ask by a frame whether the line still works. Answered by `pong`. */
export const PingFrame = Type.Object({ type: Type.Literal('ping') }, { additionalProperties: false })
export const ClientFrame = Type.Union([SendFrame, AckFrame, PingFrame])

export type SendFrame = Static<typeof SendFrame>
export type AckFrame = Static<typeof AckFrame>
export type ClientFrame = Static<typeof ClientFrame>

export type ServerFrame =
  /** Somebody's message. Stays in the mailbox until an `ack` covers its `seq`. */
  | {
      readonly type: 'message'
      readonly seq: number
      readonly id: string
      readonly sendername: string
      readonly message_text: string
      readonly timestamp: number
    }
  /** The message `id` that this account sent was not fetched by `destname` in time and is gone. Acknowledged like a message. */
  | { readonly type: 'expired'; readonly seq: number; readonly id: string; readonly destname: string }
  /** The mailbox is drained: what comes from here on is new. Sent once after connecting, when it is true. */
  | { readonly type: 'empty' }
  /** Accepted: on disk, in every addressee's mailbox. `after`: it took its place after this seq of the sending device's own mailbox. */
  | { readonly type: 'sent'; readonly id: string; readonly after: number; readonly duplicate?: true }
  /**
   * Not accepted. With `retry_after` (seconds) the same message may be tried again; without, trying again will not help. `epoch_passed`
   * brings the `epoch` in which the group is; what is sealed anew for that may bear the same id.
   */
  | {
      readonly type: 'refused'
      readonly id: string
      readonly code: ErrorCode
      readonly message: string
      readonly retry_after?: number
      readonly epoch?: number
    }
  | { readonly type: 'pong' }
