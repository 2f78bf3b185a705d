import { ERRORS, LIMITS, MESSAGE_ID_PATTERN, USERNAME_PATTERN } from '@chatnip/protocol'
import type { ErrorCode, ServerFrame } from '@chatnip/protocol'

/**
 * What a server says, looked at before the engine sees it: a server may be evil, broken or newer. What is not of the documented
 * form is not a frame. In doubt less is believed: nothing here makes a frame true.
 */

const USERNAME = new RegExp(USERNAME_PATTERN)
const MESSAGE_ID = new RegExp(MESSAGE_ID_PATTERN)
/** No mailbox gets there in a thousand years, and sums of a few thousand of them are still exact numbers. */
const SEQ_LIMIT = 2 ** 40
/** Longer ones would overflow a timer (which then rings at once), or keep a message back for ever. */
const RETRY_SECONDS_LIMIT = 3_600
/** The latest timestamp that the protocol allows: the year 9999. */
const TIMESTAMP_LIMIT = 253_402_300_799

type Fields = Readonly<Record<string, unknown>>

export const isUsername = (value: unknown): value is string => typeof value === 'string' && USERNAME.test(value)
const isId = (value: unknown): value is string => typeof value === 'string' && MESSAGE_ID.test(value)
const isSeq = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= SEQ_LIMIT
const isTimestamp = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= TIMESTAMP_LIMIT
const isEpoch = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
const isCode = (value: unknown): value is ErrorCode => typeof value === 'string' && Object.hasOwn(ERRORS, value)

/** @returns null when it is not a frame that this version knows; never throws */
export function readFrame(value: unknown): ServerFrame | null {
  if (typeof value !== 'object' || value === null) return null
  const fields: Fields = { ...value }
  switch (fields['type']) {
    case 'message':
      return readMessage(fields)
    case 'expired':
      return readExpired(fields)
    case 'sent':
      return readSent(fields)
    case 'refused':
      return readRefused(fields)
    case 'empty':
      return { type: 'empty' }
    case 'pong':
      return { type: 'pong' }
    default:
      return null
  }
}

function readMessage({ seq, id, sendername, message_text: text, timestamp }: Fields): ServerFrame | null {
  if (!isSeq(seq) || seq === 0 || !isId(id) || !isUsername(sendername) || !isTimestamp(timestamp)) return null
  // Characters, of which there are never more than bytes.
  if (typeof text !== 'string' || text.length > LIMITS.handshakeBytes) return null
  return { type: 'message', seq, id, sendername, message_text: text, timestamp }
}

const readExpired = ({ seq, id, destname }: Fields): ServerFrame | null =>
  isSeq(seq) && seq > 0 && isId(id) && isUsername(destname) ? { type: 'expired', seq, id, destname } : null

const readSent = ({ id, after, duplicate }: Fields): ServerFrame | null =>
  isId(id) && isSeq(after) ? { type: 'sent', id, after, ...(duplicate === true ? { duplicate } : {}) } : null

/** A code that this version does not know is taken for "not now", so that the message is kept and tried again. */
function readRefused({ id, code, retry_after: seconds, epoch }: Fields): ServerFrame | null {
  if (!isId(id)) return null
  const known = isCode(code) ? code : 'unavailable'
  const later =
    typeof seconds === 'number' && seconds >= 0 ? { retry_after: Math.min(seconds, RETRY_SECONDS_LIMIT) } : {}
  return {
    type: 'refused',
    id,
    code: known,
    message: ERRORS[known].message,
    ...later,
    ...(isEpoch(epoch) ? { epoch } : {}),
  }
}
