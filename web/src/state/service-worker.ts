import { PAGE_LOCK } from '../page-lock.ts'
import type { PageWord } from '../page-lock.ts'
import { trustedWorkerUrl } from '../workers/trusted.ts'

/** How often a page that stays open asks whether there is a newer version. Browsers ask by themselves only when a page loads. */
const ASK_MS = 3_600_000

let registration: ServiceWorkerRegistration | null = null
let askedAt = 0

const say = (to: ServiceWorker | null, word: PageWord): void => {
  to?.postMessage(word)
}

/** Tells when a newer version waits beside `active`, which this page may be of. The very first has nothing to wait for. */
const follow = (of: ServiceWorkerRegistration, onWaiting: () => void): void => {
  const look = () => {
    if (of.waiting !== null && of.active !== null) onWaiting()
  }
  const watch = () => of.installing?.addEventListener('statechange', look)
  of.addEventListener('updatefound', watch)
  watch()
  look()
}

/** Lets the version that waits take over; at once when none does: another tab was first, or there is no service worker. */
export const takeOver = (): Promise<void> =>
  new Promise((done) => {
    const waiting = registration?.waiting ?? null
    if (waiting === null) {
      done()
      return
    }
    waiting.addEventListener('statechange', () => {
      if (waiting.state === 'activated' || waiting.state === 'redundant') done()
    })
    say(waiting, 'take over')
  })

/**
 * Asks the server for a newer version; one that is away or broken changes nothing.
 * @returns whether there is a service worker, which tells what it finds
 */
export const askServiceWorker = (): boolean => {
  if (registration === null) return false
  askedAt = Date.now()
  registration.update().catch(() => undefined)
  return true
}

const askNowAndThen = (): void => {
  if (document.visibilityState === 'visible' && Date.now() - askedAt >= ASK_MS) askServiceWorker()
}

/** Until this page is closed: its version is in use. */
const holdVersion = (): Promise<unknown> =>
  new Promise((held) => {
    const version = document.querySelector<HTMLMetaElement>('meta[name=chatnip-version]')?.content ?? ''
    navigator.locks
      .request(PAGE_LOCK + version, { mode: 'shared' }, () => {
        held(null)
        return new Promise(() => undefined)
      })
      .catch(held)
  })

const begin = async (onWaiting: () => void): Promise<void> => {
  await holdVersion()
  await navigator.serviceWorker.register(trustedWorkerUrl('/sw.js'), { updateViaCache: 'none' })
  registration = (await navigator.serviceWorker.getRegistration()) ?? null
  if (registration === null) return
  askedAt = Date.now()
  follow(registration, onWaiting)
  say(registration.active, 'clean up')
  document.addEventListener('visibilitychange', askNowAndThen)
  setInterval(askNowAndThen, ASK_MS)
}

/**
 * Keeps the app in this browser, once the page is there: nothing on a first visit waits for it. Where browsers allow no service
 * workers (some private windows), the app does without.
 * @param onWaiting a new version lies in this browser, whole, and waits
 */
export const startServiceWorker = (onWaiting: () => void): void => {
  if (!('serviceWorker' in navigator)) return
  const start = () => {
    begin(onWaiting).catch(() => undefined)
  }
  if (document.readyState === 'complete') start()
  else addEventListener('load', start, { once: true })
}
