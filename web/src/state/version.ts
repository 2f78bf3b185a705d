import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'

const found = signal(false)

/** The server has another build of the app than the one that runs here: parts that were not loaded yet may be gone. */
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

const look = async (tries: number): Promise<void> => {
  const own = ownEntry()
  if (found.value || own === null) return
  const served = await servedEntry().catch(() => null)
  if (served === null && tries > 1) setTimeout(() => void look(tries - 1), AGAIN_MS)
  else found.value = served !== null && served !== own
}

/** Looks for a new version when a part of the app cannot be loaded. */
export const startVersion = (): void => {
  addEventListener('vite:preloadError', () => void look(TRIES))
}

/** The server was away for a while: perhaps it came back as a newer one. */
export const lookForVersion = (): void => void look(1)
