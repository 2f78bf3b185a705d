import { ERRORS } from '@chatnip/protocol'
import type { ErrorCode } from '@chatnip/protocol'
import type { MessageView } from '@chatnip/sdk'
import { t } from '../texts/index.ts'
import type { Texts } from '../texts/en.ts'

interface Props {
  readonly message: MessageView
  readonly onRetry: () => void
  readonly onDiscard: () => void
}

const isCode = (value: string): value is ErrorCode => Object.hasOwn(ERRORS, value)

const sentence = ({ own, state, refusal, mark }: MessageView, texts: Texts): string | null => {
  if (own && state === 'failed')
    return refusal !== null && isCode(refusal) ? texts.errors[refusal] : texts.chat.state.failed
  if (own && state === 'expired') return texts.chat.expired
  /** A forged message says so in its own place. */
  if (own || mark === null || mark === 'verified' || mark === 'forged') return null
  return texts.chat.mark[mark]
}

/** What is not well with a message, in a sentence; silent when all is. */
export const Trouble = ({ message, onRetry, onDiscard }: Props) => {
  const texts = t()
  const text = sentence(message, texts)
  if (text === null) return null
  return (
    <div class="trouble">
      <span>{text}</span>
      {message.own && (
        <>
          <button type="button" class="link" onClick={onRetry}>
            {texts.chat.retry}
          </button>
          <button type="button" class="link" onClick={onDiscard}>
            {texts.chat.discard}
          </button>
        </>
      )}
    </div>
  )
}
