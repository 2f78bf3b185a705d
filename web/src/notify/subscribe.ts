import { browserTransport } from '../device/transport.ts'
import { WORDS, WORDS_CACHE } from '../page-lock.ts'
import type { Notice, PageWord } from '../page-lock.ts'
import { choice, keepChoice } from './choice.ts'

/** `asleep`: also when the app is closed. `open`: only while it is, since neither this browser nor the server can more. */
export type Reach = 'asleep' | 'open'

/** What this browser is able to. `install`: only as an installed app (iPhone, iPad). */
export const ability = (): 'able' | 'install' | 'none' => {
  const isApple = /iPhone|iPad|Macintosh/u.test(navigator.userAgent) && navigator.maxTouchPoints > 1
  const able = 'Notification' in globalThis && 'serviceWorker' in navigator
  if (able) return 'able'
  return isApple ? 'install' : 'none'
}

/** Shows the browser's own question, if it has not been answered: call it on a press alone. */
export const askPermission = async (): Promise<boolean> => (await Notification.requestPermission()) === 'granted'

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0))

/**
 * Lets the server wake this browser. Again: nothing new.
 * @throws ChatnipError, NetworkError when the server can't be asked
 */
export const subscribe = async (): Promise<Reach> => {
  const { public_key: key } = await browserTransport.call('get_push_key', {})
  const registration = await navigator.serviceWorker.ready
  if (key === undefined || !('pushManager' in registration)) return 'open'
  const subscribed = await registration.pushManager
    .subscribe({ userVisibleOnly: true, applicationServerKey: fromBase64Url(key) })
    .catch(() => null)
  if (subscribed === null) return 'open'
  try {
    await browserTransport.call('set_push', { endpoint: subscribed.endpoint })
    return 'asleep'
  } catch (error) {
    /** A push service that the server does not know. */
    if (error instanceof Error && 'code' in error && error.code === 'not_allowed') return 'open'
    throw error
  }
}

/** How far it reaches since it was switched on. */
export const readReach = async (): Promise<Reach> => {
  const registration = await navigator.serviceWorker.ready
  const subscribed = 'pushManager' in registration ? await registration.pushManager.getSubscription() : null
  return subscribed === null ? 'open' : 'asleep'
}

/** Leaves with the service worker what it says when no page is there. */
export const leaveWords = async (words: Pick<Notice, 'title' | 'body'>): Promise<void> => {
  const cache = await caches.open(WORDS_CACHE)
  await cache.put(WORDS, new Response(JSON.stringify({ ...words, sound: choice.value?.sound ?? false })))
}

/** This browser notifies of nothing any more, whether the server can be told now or not. */
export const switchOff = async (): Promise<void> => {
  keepChoice(null)
  await caches.delete(WORDS_CACHE)
  const registration = await navigator.serviceWorker.getRegistration()
  const subscribed = await registration?.pushManager.getSubscription()
  await subscribed?.unsubscribe()
  registration?.active?.postMessage('seen' satisfies PageWord)
  await browserTransport.call('end_push', {})
}
