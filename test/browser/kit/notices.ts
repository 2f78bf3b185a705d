import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import type { Person } from './person.ts'

/**
 * Chromium without a screen refuses every notification, and reaches no push service. In these tests both are stood in for: at the edge of the
 * browser, below the app's own code.
 */

export interface Shown {
  readonly title: string
  readonly body: string
  readonly tag: string
}

const SHOWN = 'what stands on the screen'

/** Runs in the service worker, before its own code. It outlives the worker, which browsers end and begin as they like. */
const SCREEN = `{
  const name = '${SHOWN}'
  const read = async () => (await (await (await caches.open(name)).match('/shown'))?.json()) ?? []
  const write = async (list) => (await caches.open(name)).put('/shown', new Response(JSON.stringify(list)))
  let turn = Promise.resolve()
  const change = (work) => (turn = turn.then(async () => write(work(await read()))))
  Object.assign(ServiceWorkerRegistration.prototype, {
    getNotifications: async () =>
      (await read()).map((one) => ({
        ...one,
        close: () => void change((list) => list.filter(({ tag }) => tag !== one.tag)),
      })),
    showNotification: (title, options) =>
      change((list) => [...list.filter(({ tag }) => tag !== options.tag), { title, ...options }]),
  })
}
`

/** @param folder a built web app. @returns a copy whose service worker has a screen; the caller removes it */
export async function withScreen(folder: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'chatnip-screen-'))
  await cp(folder, copy, { recursive: true })
  const worker = join(copy, 'sw.js')
  await writeFile(worker, SCREEN + (await readFile(worker, 'utf8')))
  return copy
}

/** Lets the site notify when it asks, and gives it this address at a push service. */
export async function allowNotices(context: BrowserContext, endpoint: string): Promise<void> {
  await context.addInitScript((address: string) => {
    if (!('PushManager' in globalThis)) return
    const unsubscribe = () => {
      localStorage.removeItem('subscribed')
      return Promise.resolve(true)
    }
    const subscription = { endpoint: address, unsubscribe }
    const subscribe = () => {
      localStorage.setItem('subscribed', 'yes')
      return Promise.resolve(subscription)
    }
    const getSubscription = () => Promise.resolve(localStorage.getItem('subscribed') === null ? null : subscription)
    Object.assign(PushManager.prototype, { subscribe, getSubscription })
    Object.defineProperty(Notification, 'permission', { value: 'granted' })
    Notification.requestPermission = () => Promise.resolve('granted')
  }, endpoint)
}

/** What stands on the screen now. */
export const notices = ({ page }: Person): Promise<readonly Shown[]> =>
  page.evaluate(async (name) => {
    const kept = await (await caches.open(name)).match('/shown')
    const shown: readonly Shown[] = kept === undefined ? [] : await kept.json()
    return shown.map(({ title, body, tag }) => ({ title, body, tag }))
  }, SHOWN)

/** Somebody presses the one that stands there. */
export async function pressNotice({ context }: Person): Promise<void> {
  await context
    .serviceWorkers()
    .at(-1)
    ?.evaluate(async () => {
      const scope = globalThis as unknown as EventTarget & { registration: ServiceWorkerRegistration }
      const [notification] = await scope.registration.getNotifications()
      scope.dispatchEvent(Object.assign(new Event('notificationclick'), { notification, waitUntil: () => undefined }))
    })
}

/** The page goes to the back, or comes to the front again. */
export const putBehind = (page: Page, isBehind: boolean): Promise<void> =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: hidden ? 'hidden' : 'visible' })
    document.dispatchEvent(new Event('visibilitychange'))
  }, isBehind)

export interface Pusher {
  /** As the browser does when its maker's service has something for it. */
  push(): Promise<void>
}

/** @param page any page of the same browser profile; it may be empty */
export async function openPusher(context: BrowserContext, page: Page, origin: string): Promise<Pusher> {
  const session: CDPSession = await context.newCDPSession(page)
  const found = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find(({ scopeURL, isDeleted }) => scopeURL === `${origin}/` && !isDeleted)
      if (own !== undefined) resolve(own.registrationId)
    })
  })
  await session.send('ServiceWorker.enable')
  const registrationId = await found
  return {
    push: async () => {
      await session.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data: '' })
    },
  }
}
