import type { MessageView } from '@chatnip/sdk'
import { t } from '../texts/index.ts'
import { troubleOf } from './troubles.ts'

interface Props {
  readonly message: MessageView
  readonly onRetry: () => void
  readonly onDiscard: () => void
}

/** What is not well with a message, in a sentence, and what can be done; silent when all is well. */
export const Trouble = ({ message, onRetry, onDiscard }: Props) => {
  const texts = t()
  const text = troubleOf(message, texts)
  if (text === null) return null
  return (
    <div class="trouble">
      <span>{text}</span>
      {message.own && (
        <>
          <button type="button" class="link" onClick={onRetry}>
            {message.state === 'waiting' ? texts.chat.tryNow : texts.chat.sendAgain}
          </button>
          <button type="button" class="link" onClick={onDiscard}>
            {texts.chat.discard}
          </button>
        </>
      )}
    </div>
  )
}
