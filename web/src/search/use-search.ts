import { useSignal } from '@preact/signals'
import type { ReadonlySignal, Signal } from '@preact/signals'
import type { Found, Messenger, MessageView, SearchOptions } from '@chatnip/sdk'
import { useEffect, useRef } from 'preact/hooks'

/** So many may come while the list stands. */
const MARGIN = 50

/** What was found, and what had been asked for. */
interface Answer {
  readonly query: string
  readonly where: SearchOptions
  readonly found: Found
}

export interface Searching {
  readonly typed: ReadonlySignal<string>
  /** Only in the conversation that is open. */
  readonly only: Signal<boolean>
  /** Null: nothing was searched for. */
  readonly answer: ReadonlySignal<Answer | null>
  readonly write: (text: string) => void
  /** The next ones behind those that are shown. */
  readonly showMore: () => void
}

/**
 * Searches as one types. One search at a time: what was typed meanwhile is searched for when it has ended, so that a slow machine
 * never works on what nobody waits for any more.
 */
export const useSearch = (messenger: Messenger, current: string | null): Searching => {
  const typed = useSignal('')
  const only = useSignal(false)
  const answer = useSignal<Answer | null>(null)
  const asked = useRef({ isBusy: false, isStale: false })

  const search = async (): Promise<Answer | null> => {
    const query = typed.peek()
    const where = only.peek() && current !== null ? { conversation: current } : {}
    return query.trim() === '' ? null : { query, where, found: await messenger.search(query, where) }
  }
  const ask = async (): Promise<void> => {
    const { isBusy } = asked.current
    asked.current.isStale = isBusy
    if (isBusy) return
    asked.current.isBusy = true
    /** What cannot be searched now is searched at the next letter. */
    answer.value = await search().catch(() => answer.peek())
    asked.current.isBusy = false
    if (asked.current.isStale) await ask()
  }
  const showMore = async (): Promise<void> => {
    const here = answer.peek()
    const before = here?.found.hits.at(-1)?.place ?? null
    if (here === null || before === null) return
    const next = await messenger.search(here.query, { ...here.where, before })
    const hits = [...here.found.hits, ...next.hits]
    if (answer.peek() === here) answer.value = { ...here, found: { ...next, hits } }
  }
  useEffect(() => {
    void ask()
  }, [only.value])
  /** What was deleted, disappeared or was edited meanwhile is not shown as it was. Nothing new comes in under the hand of whoever chooses. */
  const lookAgain = async (conversation: string): Promise<void> => {
    const here = answer.peek()
    if (here?.found.hits.some((hit) => hit.conversation === conversation) !== true) return
    const limit = here.found.hits.length + MARGIN
    const now = await messenger.search(here.query, { ...here.where, limit })
    const known = new Map(now.hits.map((hit) => [hitKey(hit), hit]))
    const hits = here.found.hits.flatMap((hit) => known.get(hitKey(hit)) ?? [])
    if (answer.peek() === here) answer.value = { ...here, found: { ...here.found, hits } }
  }
  useEffect(
    () =>
      messenger.onChange((change) => {
        if (change.kind === 'searchable') void ask()
        if (change.kind === 'messages') void lookAgain(change.conversation).catch(() => undefined)
      }),
    [messenger],
  )
  return {
    typed,
    only,
    answer,
    write: (text) => {
      typed.value = text
      void ask()
    },
    showMore: () => void showMore().catch(() => undefined),
  }
}

/** What a hit is known by in the list. */
export const hitKey = ({ sender, id }: MessageView): string => `${sender} ${id}`
