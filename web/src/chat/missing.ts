import type { NoticeView } from '@chatnip/sdk'
import type { LogItem } from '../format/lines.ts'
import { isMessage } from '../format/lines.ts'
import { t } from '../texts/index.ts'

type Missing = Extract<NoticeView, { readonly kind: 'missing' }>

/** What is missing and what is done about it, in a sentence or two. */
export const missingWords = ({ count, from, state, isUnread }: Missing, own: string): string => {
  const { chat } = t()
  const [ofOwn, ofTheirs] = isUnread ? [chat.unreadOwn, chat.unread] : [chat.missingOwn, chat.missing]
  const what = from === own ? ofOwn(count) : ofTheirs(count, from)
  return `${what} ${chat.missingState[state](count)}`
}

/** The latest line about something missing, or null while nothing is. */
export const lastMissing = (items: readonly LogItem[]): Missing | null => {
  const found = items.findLast((item) => !isMessage(item) && item.kind === 'missing')
  return found === undefined || isMessage(found) || found.kind !== 'missing' ? null : found
}
