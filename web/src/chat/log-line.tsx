import type { LogLine as Line } from '../format/groups.ts'
import { dayLine } from '../format/time.ts'
import { locale, t } from '../texts/index.ts'
import { MessageLine } from './message-line.tsx'
import type { MessageActions } from './message-line.tsx'

interface Props extends MessageActions {
  readonly line: Line
  readonly name: string
  readonly tabStop: boolean
  readonly now: number
}

/** One line of the log: a day, the line before new messages, a notice, or a message. */
export const LogLine = ({ line, name, tabStop, now, ...actions }: Props) => {
  const { chat } = t()
  switch (line.kind) {
    case 'day':
      return <li class="day">{dayLine(locale.value, line.at, now)}</li>
    case 'unread':
      return <li class="unread-line">{chat.unreadLine}</li>
    case 'notice':
      return (
        <li class="notice">
          <strong>{chat.keyChanged(name)}</strong> {chat.keyChangedWhy}
        </li>
      )
    case 'bubble':
      return <MessageLine message={line.message} first={line.first} last={line.last} tabStop={tabStop} {...actions} />
  }
}
