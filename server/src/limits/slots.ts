import { ChatnipError } from '@chatnip/protocol'

/** Bounds how much of something costly one caller has under way at the same time; a rate alone does not bound what piles up. */
export interface Slots {
  /**
   * Takes a place until `signal` aborts.
   * @throws ChatnipError too_many when the key has all of its places
   */
  take(key: number, signal: AbortSignal): void
}

/** @param most places per key */
export function openSlots(most: number): Slots {
  const taken = new Map<number, number>()
  const leave = (key: number) => {
    const left = (taken.get(key) ?? 0) - 1
    if (left > 0) taken.set(key, left)
    else taken.delete(key)
  }
  return {
    take: (key, signal) => {
      if (signal.aborted) return
      const now = taken.get(key) ?? 0
      if (now >= most) throw new ChatnipError('too_many', { retryAfter: 1 })
      taken.set(key, now + 1)
      signal.addEventListener('abort', () => leave(key), { once: true })
    },
  }
}
