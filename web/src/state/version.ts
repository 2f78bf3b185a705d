import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { askServiceWorker, startServiceWorker, takeOver } from './service-worker.ts'

const found = signal(false)

/** There is another build of the app than the one that runs here, and a reload brings it. */
export const newVersion: ReadonlySignal<boolean> = found

/** The app's own file, which has another name in each build. */
const ENTRY = /<script[^>]*\ssrc="(\/assets\/[^"]+)"/u

const ownEntry = (): string | null => document.querySelector('script[type="module"]')?.getAttribute('src') ?? null

const servedEntry = async (): Promise<string | null> => {
  const reply = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-cache' })
  return ENTRY.exec(await reply.text())?.[1] ?? null
}

/** A build takes some seconds, in which there is no page at all. */
const AGAIN_MS = 3_000
const TRIES = 5

/** With a service worker a version is there when it lies in this browser, whole; without one, when the server hands it out. */
const look = async (tries: number): Promise<void> => {
  if (found.value || askServiceWorker()) return
  const own = ownEntry()
  if (own === null) return
  const served = await servedEntry().catch(() => null)
  if (served === null && tries > 1) setTimeout(() => void look(tries - 1), AGAIN_MS)
  else found.value = served !== null && served !== own
}

/** Keeps the app in this browser where that is possible, and looks for a new version when a part of it cannot be loaded. */
export const startVersion = (): void => {
  addEventListener('vite:preloadError', () => void look(TRIES))
  startServiceWorker(() => (found.value = true))
}

/** The server was away for a while: perhaps it came back as a newer one. */
export const lookForVersion = (): void => void look(1)

/** Begins anew with the new version. Never called but by somebody's own hand. */
export const takeVersion = (): void => {
  void takeOver().then(() => {
    location.reload()
  })
}

/** Puts the offer away until the next page. */
export const putOffVersion = (): void => {
  found.value = false
}
