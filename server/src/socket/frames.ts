import { Compile } from 'typebox/compile'
import { ChatnipError, ClientFrame, ERRORS, LIMITS, MESSAGE_ID_PATTERN } from '@chatnip/protocol'
import type { ErrorCode, ServerFrame } from '@chatnip/protocol'
import { isLarger } from '../delivery/outgoing.ts'

const Frame = Compile(ClientFrame)
const MessageId = new RegExp(MESSAGE_ID_PATTERN)

/** For these, sending the same message again later may help. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['too_many', 'mailbox_full', 'unavailable', 'disk_full'])
const RETRY_SECONDS = 1

/** A frame as the table has it; the id of a message that is merely too long; or null for everything else. */
export function readFrame(text: string): ClientFrame | { readonly type: 'too large'; readonly id: string } | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (Frame.Check(value)) return value
  const id = idOfTooLong(value)
  return id === null ? null : { type: 'too large', id }
}

/** A text that is too long is a person's doing and gets an answer; closing the line would only make the client send it again. */
function idOfTooLong(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('to' in value)) return null
  if (typeof value.id !== 'string' || !MessageId.test(value.id) || !Array.isArray(value.to)) return null
  const texts: unknown[] = value.to.map((one: unknown) =>
    typeof one === 'object' && one !== null && 'message_text' in one ? one.message_text : null,
  )
  if ('text' in value) texts.push(value.text)
  const tooLong = texts.some((text) => typeof text === 'string' && isLarger(text, LIMITS.messageTextBytes))
  return tooLong ? value.id : null
}

/** `id` has been checked to be a UUID, so nothing in it needs escaping. */
export const sentFrame = (id: string, { after, duplicate }: { after: number; duplicate: boolean }): string =>
  `{"type":"sent","id":"${id}","after":${after}${duplicate ? ',"duplicate":true' : ''}}`

export function refusedFrame(id: string, thrown: unknown): string {
  const code = thrown instanceof ChatnipError ? thrown.code : 'unavailable'
  const retryAfter = thrown instanceof ChatnipError ? thrown.retryAfter : undefined
  const frame: ServerFrame = {
    type: 'refused',
    id,
    code,
    message: thrown instanceof ChatnipError ? thrown.message : ERRORS[code].message,
    ...(PASSING.has(code) ? { retry_after: retryAfter ?? RETRY_SECONDS } : {}),
    ...(thrown instanceof ChatnipError && thrown.epoch !== undefined ? { epoch: thrown.epoch } : {}),
  }
  return JSON.stringify(frame)
}
