import type { MessageView } from '@chatnip/sdk'
import { t } from '../texts/index.ts'
import { MessageFoot } from './message-foot.tsx'
import { MessageText } from './message-text.tsx'
import { Trouble } from './trouble.tsx'

export interface MessageActions {
  readonly onDetails: (message: MessageView) => void
  readonly onRetry: (message: MessageView) => void
  readonly onDiscard: (message: MessageView) => void
}

interface Props extends MessageActions {
  readonly message: MessageView
  readonly first: boolean
  readonly last: boolean
  readonly tabStop: boolean
}

const classes = ({ message, first, last }: Props): string =>
  [
    'message',
    message.own ? 'own' : 'other',
    first ? 'first' : '',
    last ? 'last' : '',
    message.state === 'failed' || message.state === 'expired' ? 'failed' : '',
  ]
    .filter((name) => name !== '')
    .join(' ')

const Words = ({ message }: { readonly message: MessageView }) =>
  message.mark === 'forged' ? (
    <span class="text not-shown">{t().chat.mark.forged}</span>
  ) : (
    <MessageText text={message.text} />
  )

/** One message in the log. */
export const MessageLine = (props: Props) => {
  const { message, last, tabStop, onDetails, onRetry, onDiscard } = props
  const troubled = message.mark !== null && message.mark !== 'verified'
  const settled = message.state === null || message.state === 'accepted' || message.state === 'stored'
  return (
    <li class={classes(props)} data-id={message.id} data-mark={message.mark} data-state={message.state}>
      <div class={troubled ? 'bubble troubled' : 'bubble'}>
        <span class="hidden">{message.own ? t().chat.own : message.conversation}: </span>
        <Words message={message} />
        <MessageFoot message={message} quiet={!last && settled} tabStop={tabStop} onDetails={onDetails} />
      </div>
      <Trouble
        message={message}
        onRetry={() => {
          onRetry(message)
        }}
        onDiscard={() => {
          onDiscard(message)
        }}
      />
    </li>
  )
}
