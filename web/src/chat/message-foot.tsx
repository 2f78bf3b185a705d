import type { MessageView } from '@chatnip/sdk'
import { Icon } from '../components/icon.tsx'
import type { IconName } from '../components/icon.tsx'
import { clockTime, fullTime } from '../format/time.ts'
import { locale, t } from '../texts/index.ts'

const STATE_ICONS: Record<NonNullable<MessageView['state']>, IconName> = {
  waiting: 'clock',
  accepted: 'tick',
  stored: 'ticks',
  read: 'ticks',
  failed: 'warning',
  expired: 'warning',
}

interface Props {
  readonly id: string
  readonly message: MessageView
  /** Seen only under the pointer or the focus: inside a group the last message speaks for all. */
  readonly quiet: boolean
  /** Whether Tab stops here: only in the message that has the focus. */
  readonly tabStop: boolean
  readonly onDetails: (message: MessageView) => void
}

/** Time and state of a message; a press tells the rest. */
export const MessageFoot = ({ id, message, quiet, tabStop, onDetails }: Props) => {
  const { chat, acts, fading } = t()
  const { state, at, edited, fades } = message
  const editedText = edited === null ? '' : `${acts.edited} `
  const stateText = state === null ? '' : `${chat.state[state]}. `
  const fadingText = fades === null ? '' : `${fading.fact}. `
  return (
    <button
      type="button"
      id={id}
      class={quiet ? 'foot quiet' : 'foot'}
      tabIndex={tabStop ? 0 : -1}
      title={fullTime(locale.value, at)}
      aria-label={`${editedText}${clockTime(locale.value, at)}. ${stateText}${fadingText}${chat.details}`}
      data-state={state}
      onClick={() => {
        onDetails(message)
      }}
    >
      {edited !== null && <span>{acts.edited} </span>}
      {fades !== null && <Icon name="timer" size={14} />}
      <time dateTime={new Date(at).toISOString()}>{clockTime(locale.value, at)}</time>
      {state !== null && <Icon name={STATE_ICONS[state]} size={16} />}
    </button>
  )
}
