import { effect } from '@preact/signals'
import type { PageWord } from '../page-lock.ts'
import { STORED } from '../notify/stored.ts'
import { session } from './session.ts'

let stop: (() => void) | null = null
/** Counts beginnings, so that one that comes late is not taken for the present one. */
let beginning = 0

/** Begins to notify, for whoever is signed in. What it needs is loaded only where somebody wants to be notified. */
export const beginNotices = async (): Promise<void> => {
  beginning += 1
  const mine = beginning
  stop?.()
  stop = null
  const now = session.peek()
  if (now.kind !== 'in' || localStorage.getItem(STORED) === null) return
  const { followNotices } = await import('../notify/follow.ts')
  if (mine === beginning) stop = followNotices(now.chats)
}

/** Begins with each account that is signed in here. */
export const startNotices = (): void => {
  effect(() => {
    if (session.value.kind !== 'starting') beginNotices().catch(() => undefined)
  })
}

/** To the service worker, when there is one. */
export const sayNotice = async (word: PageWord): Promise<void> => {
  const registration = await navigator.serviceWorker.ready
  registration.active?.postMessage(word)
}
