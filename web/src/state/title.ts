import { effect, signal } from '@preact/signals'
import { t } from '../texts/index.ts'

/** What the page in front is called. */
export const pageTitle = signal('')
/** Unread messages in all chats; stands in the tab's title. */
export const unreadTotal = signal(0)

/** Keeps the tab's title: "(2) bob · Chatnip". */
export const startTitle = (): void => {
  effect(() => {
    const { appName } = t().common
    const unread = unreadTotal.value > 0 ? `(${unreadTotal.value}) ` : ''
    const title = pageTitle.value
    document.title = title === '' || title === appName ? `${unread}${appName}` : `${unread}${title} · ${appName}`
  })
}
