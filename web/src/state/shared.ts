import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { SHARE_MARK } from '../page-lock.ts'

const words = signal<string | null>(null)

/** What somebody shares with the app and has not said with whom. */
export const shared: ReadonlySignal<string | null> = words

export const dropShared = (): void => {
  words.value = null
}

const decode = (text: string): string | null => {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** Takes it out of the address, where it would stay in the browser's history. */
export const startShared = (): void => {
  if (!location.hash.startsWith(SHARE_MARK)) return
  words.value = decode(location.hash.slice(SHARE_MARK.length))
  history.replaceState(null, '', location.pathname)
}
