import { WORDS, WORDS_CACHE } from '../src/page-lock.ts'
import type { Notice, WorkerWord } from '../src/page-lock.ts'

declare const self: ServiceWorkerGlobalScope

/** How long a page that is open has to fetch what came and to show it. */
const PAGE_MS = 5_000

/** For so long a push is taken for the trial that somebody asked for. */
const TRIAL_MS = 30_000

let trialUntil = 0

export const expectTrial = (): void => {
  trialUntil = Date.now() + TRIAL_MS
}

/** Resolvers of those who wait until something has been shown. */
let waiting: (() => void)[] = []

const pages = () => self.clients.matchAll({ type: 'window', includeUncontrolled: true })

const tell = (page: Client, word: WorkerWord): void => {
  page.postMessage(word)
}

const show = async ({ title, body, tag, path, sound }: Notice): Promise<void> => {
  const icon = '/icons/192.png'
  await self.registration.showNotification(title, { body, tag, icon, silent: !sound, data: { path } })
  for (const shown of waiting) shown()
  waiting = []
}

export const closeAll = async (): Promise<void> => {
  for (const shown of await self.registration.getNotifications()) shown.close()
}

/** A page asks for it that nobody is looking at. Where somebody looks at another one, they see for themselves. */
export const onNotice = async (notice: Notice, from: string): Promise<void> => {
  const others = (await pages()).filter(({ id }) => id !== from)
  if (others.every(({ visibilityState }) => visibilityState !== 'visible')) await show(notice)
}

/** Left here by a page, in the person's language; nothing of a message. */
const readWords = async (): Promise<Notice> => {
  const kept = await (await caches.open(WORDS_CACHE)).match(WORDS)
  const plain: Notice = {
    kind: 'notice',
    title: 'Chatnip',
    body: 'New message',
    tag: 'new',
    path: '/chats',
    sound: false,
  }
  return kept === undefined ? plain : { ...plain, ...(await kept.json()) }
}

const shownByPage = (): Promise<boolean> =>
  new Promise((resolve) => {
    waiting.push(() => {
      resolve(true)
    })
    setTimeout(() => {
      resolve(false)
    }, PAGE_MS)
  })

/**
 * Something was pushed, empty: a page that is open fetches it, and shows it better than can be done here. Where none does, it is said that
 * something came; browsers demand that much of whoever is woken.
 */
export const onPush = async (): Promise<void> => {
  if (Date.now() < trialUntil) {
    trialUntil = 0
    return show(await readWords())
  }
  const open = await pages()
  const shown = open.length === 0 ? Promise.resolve(false) : shownByPage()
  for (const page of open) tell(page, { kind: 'pushed' })
  if (open.some(({ visibilityState }) => visibilityState === 'visible')) return
  if (await shown) return
  await show(await readWords())
  if ('setAppBadge' in navigator) await navigator.setAppBadge().catch(() => undefined)
}

/** To the conversation, in a page that is open, or else in a new one. */
export const onPress = async (notification: Notification): Promise<void> => {
  notification.close()
  const data: unknown = notification.data
  const path = typeof data === 'object' && data !== null && 'path' in data ? String(data.path) : '/chats'
  const [page] = await pages()
  if (page === undefined) {
    await self.clients.openWindow(path)
    return
  }
  tell(page, { kind: 'go', path })
  /** Refused where the press was not the person's own. */
  await page.focus().catch(() => undefined)
}
