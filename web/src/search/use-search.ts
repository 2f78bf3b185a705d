import { useSignal } from '@preact/signals'
import type { ReadonlySignal, Signal } from '@preact/signals'
import type { Found, Messenger, MessageView } from '@chatnip/sdk'
import { useEffect, useRef } from 'preact/hooks'

export interface Searching {
  readonly typed: ReadonlySignal<string>
  /** Only in the conversation that is open. */
  readonly only: Signal<boolean>
  /** Null: nothing was searched for. */
  readonly found: ReadonlySignal<Found | null>
  readonly write: (text: string) => void
  /** The next ones behind those that are shown. */
  readonly showMore: () => void
}

const wait = (): Promise<Found | null> => Promise.resolve(null)

/**
 * Searches as one types. One search at a time: what was typed meanwhile is searched for when it has ended, so that a slow machine
 * never works on what nobody waits for any more.
 */
export const useSearch = (messenger: Messenger, current: string | null): Searching => {
  const typed = useSignal('')
  const only = useSignal(false)
  const found = useSignal<Found | null>(null)
  const asked = useRef({ isBusy: false, isStale: false })

  const ask = async (): Promise<void> => {
    const { isBusy } = asked.current
    asked.current.isStale = isBusy
    if (isBusy) return
    asked.current.isBusy = true
    const query = typed.peek()
    const where = only.peek() && current !== null ? { conversation: current } : {}
    /** What cannot be searched now is searched at the next letter. */
    const answer = query.trim() === '' ? wait() : messenger.search(query, where).catch(() => found.peek())
    found.value = await answer
    asked.current.isBusy = false
    if (asked.current.isStale) await ask()
  }
  const showMore = async (): Promise<void> => {
    const here = found.peek()
    const before = here?.hits.at(-1)?.place ?? null
    if (here === null || before === null) return
    const where = only.peek() && current !== null ? { conversation: current } : {}
    const next = await messenger.search(typed.peek(), { ...where, before })
    if (found.peek() === here) found.value = { ...next, hits: [...here.hits, ...next.hits] }
  }
  useEffect(() => {
    void ask()
  }, [only.value])
  useEffect(
    () =>
      messenger.onChange(({ kind }) => {
        if (kind === 'searchable') void ask()
      }),
    [messenger],
  )
  return {
    typed,
    only,
    found,
    write: (text) => {
      typed.value = text
      void ask()
    },
    showMore: () => void showMore().catch(() => undefined),
  }
}

/** What a hit is known by in the list. */
export const hitKey = ({ sender, id }: MessageView): string => `${sender} ${id}`
