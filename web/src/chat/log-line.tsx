import type { NoticeView } from '@chatnip/sdk'
import { Icon } from '../components/icon.tsx'
import type { LogLine as Line } from '../format/lines.ts'
import { dayLine } from '../format/time.ts'
import { locale, t } from '../texts/index.ts'
import { MessageLine } from './message-line.tsx'
import type { MessageActions } from './message-line.tsx'
import { fadingWords } from './fading-words.ts'
import { newsWords } from './group-news.ts'
import { missingWords } from './missing.ts'

interface Props extends MessageActions {
  readonly line: Line
  readonly name: string
  /** Whose device this is. */
  readonly own: string
  readonly tabStop: boolean
  readonly active: boolean
  readonly hovered: boolean
  readonly now: number
  readonly onAskAgain: () => void
}

interface NoticeProps extends Pick<Props, 'name' | 'own' | 'onAskAgain'> {
  readonly notice: NoticeView
  readonly lineKey: string
}

const NoticeLine = ({ notice, name, own, lineKey, onAskAgain }: NoticeProps) => {
  const { chat } = t()
  if (notice.kind === 'key changed')
    return (
      <li class="notice" data-key={lineKey}>
        <strong>{chat.keyChanged(notice.name)}</strong> {chat.keyChangedWhy}
      </li>
    )
  if (notice.kind === 'group')
    return (
      <li class="notice quiet" data-key={lineKey}>
        {newsWords(notice)}
      </li>
    )
  if (notice.kind !== 'missing')
    return (
      <li class="notice calm" data-key={lineKey}>
        <Icon name="timer" size={16} /> {fadingWords(notice, name, own)}
      </li>
    )
  return (
    <li class="notice" data-key={lineKey} data-state={notice.state}>
      <strong>{missingWords(notice, own)}</strong>
      <details>
        <summary>{chat.why}</summary>
        {(notice.isUnread ? chat.unreadWhy : chat.missingWhy)[notice.state]}
        <button type="button" class="link" onClick={onAskAgain}>
          {chat.askAgain}
        </button>
      </details>
    </li>
  )
}

/** One line of the log: a day, the line before new messages, a notice, or a message. */
export const LogLine = ({ line, name, own, tabStop, active, hovered, now, onAskAgain, ...actions }: Props) => {
  const { chat } = t()
  switch (line.kind) {
    case 'day':
      return (
        <li class="day" data-key={line.key}>
          {dayLine(locale.value, line.at, now)}
        </li>
      )
    case 'unread':
      return (
        <li class="unread-line" data-key={line.key}>
          {chat.unreadLine}
        </li>
      )
    case 'notice':
      return <NoticeLine notice={line.notice} name={name} own={own} lineKey={line.key} onAskAgain={onAskAgain} />
    case 'bubble':
      return (
        <MessageLine
          lineKey={line.key}
          message={line.message}
          own={own}
          first={line.first}
          last={line.last}
          tabStop={tabStop}
          active={active}
          hovered={hovered}
          {...actions}
        />
      )
  }
}
