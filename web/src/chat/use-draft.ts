import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Chats } from '../state/chats.ts'

const PAUSE_MS = 250

export interface Draft {
  readonly text: Signal<string>
  /** Changes the text; it is stored after a short pause, and at once when the page is left. */
  readonly write: (text: string) => void
  /** Stores a text at once, without a pause. */
  readonly store: (text: string) => Promise<void>
}

/** The unsent text of one conversation. It survives leaving the chat, reloading and crashes. */
export const useDraft = (chats: Chats, name: string): Draft => {
  const text = useSignal('')
  const touched = useRef(false)
  const timer = useRef<number | null>(null)

  const store = async (value: string): Promise<void> => {
    if (timer.current !== null) clearTimeout(timer.current)
    timer.current = null
    await chats.saveDraft(name, value)
  }
  /** A draft that cannot be stored is still on the screen; the next key stroke tries again. */
  const storeNow = () => {
    if (timer.current !== null) store(text.peek()).catch(() => undefined)
  }

  useEffect(() => {
    const load = async () => {
      const stored = await chats.messenger.draft(name)
      if (!touched.current) text.value = stored
    }
    load().catch(() => undefined)
    addEventListener('pagehide', storeNow)
    document.addEventListener('visibilitychange', storeNow)
    return () => {
      removeEventListener('pagehide', storeNow)
      document.removeEventListener('visibilitychange', storeNow)
      storeNow()
    }
  }, [chats, name])

  const write = (value: string) => {
    touched.current = true
    text.value = value
    if (timer.current !== null) clearTimeout(timer.current)
    timer.current = window.setTimeout(storeNow, PAUSE_MS)
  }
  return { text, write, store }
}
