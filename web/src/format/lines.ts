import type { MessageView, NoticeView } from '@chatnip/sdk'

export type LogItem = MessageView | NoticeView

/** One line of the message log as it is drawn. */
export type LogLine =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'unread'; readonly key: string }
  | { readonly kind: 'notice'; readonly key: string; readonly notice: NoticeView }
  | {
      readonly kind: 'bubble'
      readonly key: string
      readonly message: MessageView
      /** Whether it begins or ends a row of messages of the same sender. */
      readonly first: boolean
      readonly last: boolean
    }

/** Messages of one sender within this time stand together. */
const TOGETHER_MS = 5 * 60 * 1000

export const isMessage = (item: LogItem): item is MessageView => 'id' in item

const dayOf = (at: number): string => {
  const date = new Date(at)
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`
}

const together = (one: LogItem | undefined, other: LogItem | undefined): boolean =>
  one !== undefined &&
  other !== undefined &&
  isMessage(one) &&
  isMessage(other) &&
  one.sender === other.sender &&
  Math.abs(one.at - other.at) < TOGETHER_MS &&
  dayOf(one.at) === dayOf(other.at)

/** What a line is known by, as long as the conversation is open: whether it waits or was sent. */
export const keyOf = (item: LogItem): string =>
  isMessage(item) ? `${item.own ? 'own' : item.sender} ${item.id}` : `notice ${item.place.seq}.${item.place.sub}`

/**
 * Turns a conversation (oldest first) into lines: day lines, bubbles in rows, notices, and the line before the first unread.
 * @param firstUnread key of the message before which the line stands, or null
 */
export const layOut = (items: readonly LogItem[], firstUnread: string | null): readonly LogLine[] => {
  const lines: LogLine[] = []
  items.forEach((item, index) => {
    const before = items[index - 1]
    const key = keyOf(item)
    const newDay = before === undefined || dayOf(before.at) !== dayOf(item.at)
    if (newDay) lines.push({ kind: 'day', key: `day ${key}`, at: item.at })
    const unreadHere = key === firstUnread
    if (unreadHere) lines.push({ kind: 'unread', key: 'unread' })
    if (!isMessage(item)) {
      lines.push({ kind: 'notice', key, notice: item })
      return
    }
    const after = items[index + 1]
    const afterIsUnread = after !== undefined && keyOf(after) === firstUnread
    const first = unreadHere || !together(before, item)
    lines.push({ kind: 'bubble', key, message: item, first, last: afterIsUnread || !together(item, after) })
  })
  return lines
}
