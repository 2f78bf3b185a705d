import { effect, signal } from '@preact/signals'
import { t } from '../texts/index.ts'

/** What the page in front is called. */
export const pageTitle = signal('')
/** Unread messages in all chats; stands in the tab's title and on the app's icon. */
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

/** The same number on the icon of the installed app, where the system shows one. */
export const startBadge = (): void => {
  effect(() => {
    const unread = unreadTotal.value
    if (!('setAppBadge' in navigator)) return
    const shown = unread > 0 ? navigator.setAppBadge(unread) : navigator.clearAppBadge()
    /** An app that is not installed has no icon to put it on. */
    shown.catch(() => undefined)
  })
}
