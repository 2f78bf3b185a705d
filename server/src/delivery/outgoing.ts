import { ChatnipError, LIMITS } from '@chatnip/protocol'
import type { Addressed, Group } from '@chatnip/protocol'

/** What a sender brings: a `send` frame, or the body of send_message. */
export interface Outgoing {
  readonly id: string
  readonly timestamp: number
  readonly to: readonly Addressed[]
  /** For all addressees that have no text of their own. */
  readonly text?: string | undefined
  readonly group?: Group | undefined
  /** Seconds. */
  readonly expires_in?: number | undefined
  /** Wakes nobody who is away. */
  readonly quiet?: true | undefined
}

/**
 * What the table cannot say: JSON Schema counts characters, what is stored and sent is bytes, and a lone surrogate has none.
 * @throws ChatnipError too_large, bad_request
 */
export function checkOutgoing({ to, text, group }: Outgoing): void {
  const isCommit = group?.commit === true
  if (text !== undefined) checkText(text, isCommit)
  for (const { message_text: own } of to) {
    if (own !== undefined) checkText(own, isCommit)
    else if (text === undefined)
      throw new ChatnipError('bad_request', { message: 'There is a message_text missing, and no text for all.' })
  }
  if (to.length === 1) return
  const names = new Set(to.map(({ username }) => username.toLowerCase()))
  if (names.size < to.length)
    throw new ChatnipError('bad_request', { message: 'Each account may be named once in a message.' })
}

const PRINTABLE = /^[\x20-\x7e]*$/

function checkText(text: string, isCommit: boolean): void {
  if (isLarger(text, LIMITS.messageTextBytes)) {
    // JSON makes at most two bytes of a printable character, so that a frame stays within what a slow line may leave unread.
    const isHandshake = isCommit && text.length <= LIMITS.handshakeBytes && PRINTABLE.test(text)
    if (!isHandshake) throw new ChatnipError('too_large')
  } else if (!text.isWellFormed())
    throw new ChatnipError('bad_request', { message: 'message_text holds half a character (a lone surrogate).' })
}

/** Whether a text is longer than `bytes` in UTF-8. Most are far shorter, and then nothing is counted. */
export const isLarger = (text: string, bytes: number): boolean =>
  text.length * 3 > bytes && Buffer.byteLength(text) > bytes
