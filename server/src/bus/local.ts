import type { Bus, Notice } from './bus.ts'

type Listener<T> = (value: T) => void

/** A listener's own mistake must reach neither the others nor the one who told; it surfaces as an uncaught error. */
const rethrowLater = (error: unknown): void => {
  queueMicrotask(() => {
    throw error
  })
}

/**
 * The bus of a single node: listeners are called at once, within `wake` and `tell`.
 *
 * @param onError hears what a listener throws
 */
export function localBus(onError: (error: unknown) => void = rethrowLater): Bus {
  const mailboxes = new Map<number, Set<Listener<number>>>()
  const notices = new Set<Listener<Notice>>()

  const call = <T>(listeners: Iterable<Listener<T>>, value: T): void => {
    for (const listener of listeners) {
      try {
        listener(value)
      } catch (error) {
        onError(error)
      }
    }
  }

  return {
    wake: (mailbox, seq) => {
      const listeners = mailboxes.get(mailbox)
      if (listeners !== undefined) call(listeners, seq)
    },
    onWake: (mailbox, listener) => {
      // Wrapped, so that the same function given twice is two listeners.
      const own: Listener<number> = (seq) => {
        listener(seq)
      }
      const listeners = mailboxes.get(mailbox) ?? new Set()
      listeners.add(own)
      mailboxes.set(mailbox, listeners)
      return () => {
        listeners.delete(own)
        if (listeners.size === 0 && mailboxes.get(mailbox) === listeners) mailboxes.delete(mailbox)
      }
    },
    tell: (notice) => {
      call(notices, notice)
    },
    onNotice: (listener) => {
      const own: Listener<Notice> = (notice) => {
        listener(notice)
      }
      notices.add(own)
      return () => {
        notices.delete(own)
      }
    },
    close: () => {
      mailboxes.clear()
      notices.clear()
      return Promise.resolve()
    },
  }
}
