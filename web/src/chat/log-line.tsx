import type { NoticeView } from '@chatnip/sdk'
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

const NoticeLine = ({ notice, name }: { readonly notice: NoticeView; readonly name: string }) => {
  const { chat } = t()
  const changed = notice.kind === 'key changed'
  return (
    <li class="notice">
      <strong>{changed ? chat.keyChanged(name) : chat.missing(notice.count, notice.from)}</strong>{' '}
      {changed ? chat.keyChangedWhy : chat.missingWhy[notice.state]}
    </li>
  )
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
      return <NoticeLine notice={line.notice} name={name} />
    case 'bubble':
      return <MessageLine message={line.message} first={line.first} last={line.last} tabStop={tabStop} {...actions} />
  }
}
