import { useSignal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { RefObject } from 'preact'
import type { OpenConversation } from '../state/conversation.ts'
import type { Aim } from '../state/run.ts'
import { articleAtEdge, articleOf, articlesOf, lineOf } from './log-places.ts'

/** How much of a page one leaf turns over, so that a line or two stay in sight. */
const LEAF = 0.9

export interface LogKeys {
  /** Key of the line that has, or last had, the focus: Tab comes back there. Null: the latest message. */
  readonly current: ReadonlySignal<string | null>
  /** Key of the line in which the focus is now. */
  readonly focused: ReadonlySignal<string | null>
  readonly onAimed: (log: HTMLElement, aim: Aim) => void
  /** Turns one screen back or on. */
  readonly turnPage: (direction: -1 | 1) => void
  /** To the first or the latest message; the focus comes along when it was in the log. */
  readonly jump: (to: 'first' | 'latest') => void
}

const isPlain = (event: KeyboardEvent): boolean => !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey

const step = (log: HTMLElement, from: HTMLElement, by: number): void => {
  const all = articlesOf(log)
  const next = all[all.indexOf(from) + by]
  next?.focus({ preventScroll: true })
  next?.scrollIntoView({ block: 'nearest' })
}

/** Up and down lead from message to message, Enter tells everything about one. */
const onKeyDown = (log: HTMLElement, event: KeyboardEvent): void => {
  const article = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('article') : null
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
  if (article === null || !isPlain(event)) return
  if (by !== undefined) step(log, article, by)
  else if (event.key === 'Enter' && event.target === article) article.querySelector<HTMLElement>('.foot')?.click()
  else return
  event.preventDefault()
}

/** The key of the line that has the focus, as it comes and goes. */
const followFocus = (log: HTMLElement, tell: (key: string | null) => void): (() => void) => {
  const onFocus = ({ target }: FocusEvent) => {
    const line = target instanceof HTMLElement ? target.closest<HTMLElement>('[data-key]') : null
    tell(line?.dataset['key'] ?? null)
  }
  const onBlur = ({ relatedTarget }: FocusEvent) => {
    if (!(relatedTarget instanceof Node) || !log.contains(relatedTarget)) tell(null)
  }
  log.addEventListener('focusin', onFocus)
  log.addEventListener('focusout', onBlur)
  return () => {
    log.removeEventListener('focusin', onFocus)
    log.removeEventListener('focusout', onBlur)
  }
}

const goTo = (log: HTMLElement, aim: Aim): void => {
  const all = articlesOf(log)
  const article = typeof aim === 'object' ? articleOf(lineOf(log, aim.key)) : aim === 'start' ? all[0] : all.at(-1)
  article?.focus({ preventScroll: true })
}

/** The arrow keys lead from message to message; one of them is reached by Tab. */
export const useLogKeys = (scroller: RefObject<HTMLDivElement | null>, open: OpenConversation): LogKeys => {
  const current = useSignal<string | null>(null)
  const focused = useSignal<string | null>(null)
  /** A jump draws other lines: the focused one may be gone by then. */
  const carrying = useRef(false)
  const isInside = (): boolean => scroller.current?.contains(document.activeElement) === true

  useEffect(() => {
    const log = scroller.current
    if (log === null) return undefined
    const follow = (event: KeyboardEvent) => onKeyDown(log, event)
    log.addEventListener('keydown', follow)
    const stop = followFocus(log, (key) => {
      focused.value = key
      current.value = key ?? current.value
    })
    return () => {
      log.removeEventListener('keydown', follow)
      stop()
    }
  }, [])
  return {
    current,
    focused,
    turnPage: (direction) => {
      const log = scroller.current
      if (log === null) return
      log.scrollTop += direction * log.clientHeight * LEAF
      if (isInside()) articleAtEdge(log, direction === 1 ? 'foot' : 'top')?.focus({ preventScroll: true })
    },
    jump: (to) => {
      carrying.current = isInside()
      if (to === 'first') open.toFirst()
      else open.toLatest()
    },
    onAimed: (log, aim) => {
      if (carrying.current || typeof aim === 'object') goTo(log, aim)
      carrying.current = false
    },
  }
}
