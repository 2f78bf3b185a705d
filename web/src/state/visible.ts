import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'

const visible = signal(true)

/** Whether somebody may be looking: messages count as read only then. */
export const pageVisible: ReadonlySignal<boolean> = visible

/** Begins to follow whether the page is in front. `onReturn`: it came back, or the network did. */
export const startVisibility = (onReturn: () => void): void => {
  const follow = () => {
    visible.value = document.visibilityState === 'visible'
    if (visible.value) onReturn()
  }
  document.addEventListener('visibilitychange', follow)
  addEventListener('online', onReturn)
  addEventListener('pageshow', follow)
  visible.value = document.visibilityState === 'visible'
}
