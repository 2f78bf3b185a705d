import { ERRORS } from '@chatnip/protocol'
import type { ErrorCode } from '@chatnip/protocol'
import type { MessageView } from '@chatnip/sdk'
import type { LogItem } from '../format/lines.ts'
import { isMessage } from '../format/lines.ts'
import type { Texts } from '../texts/en.ts'

const isCode = (value: string): value is ErrorCode => Object.hasOwn(ERRORS, value)

const whyFailed = (refusal: string | null, { chat, errors }: Texts): string => {
  if (refusal === null || !isCode(refusal)) return `${chat.state.failed}.`
  return chat.refusals[refusal] ?? `${chat.state.failed}. ${errors[refusal]}`
}

/** What is not well with an own message, in a sentence, or null when all is. */
const ownTrouble = ({ state, refusal }: MessageView, texts: Texts): string | null => {
  if (state === 'failed') return whyFailed(refusal, texts)
  if (state === 'expired') return texts.chat.expired
  /** A short hitch is nobody's business; what may last has words. */
  return state === 'waiting' && refusal !== null ? (texts.chat.held[refusal] ?? null) : null
}

/** What is not well with a message, in a sentence, or null when all is. */
export const troubleOf = (message: MessageView, texts: Texts): string | null => {
  const { own, mark } = message
  if (own) return ownTrouble(message, texts)
  /** A forged message says so in its own place. */
  return mark === null || mark === 'verified' || mark === 'forged' ? null : texts.chat.mark[mark]
}

/** An own message that ended without arriving. */
export const isUndelivered = (item: LogItem): item is MessageView =>
  isMessage(item) && (item.state === 'failed' || item.state === 'expired')
