import { useSignal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { RefObject } from 'preact'
import { isShortcut } from '../keys/shortcuts.ts'
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
  /** Key of the line that the mouse is on. */
  readonly hovered: ReadonlySignal<string | null>
  readonly onAimed: (log: HTMLElement, aim: Aim) => void
  /** The lines were drawn: when the one with the focus has gone, the one nearest to the end has it, so that keys go on from the log. */
  readonly onDrawn: () => void
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

const pressIn = (article: HTMLElement, what: string): void => {
  article.querySelector<HTMLElement>(what)?.click()
}

/** Up and down lead from message to message, Enter tells everything about one. */
const onKeyDown = (log: HTMLElement, event: KeyboardEvent): void => {
  const article = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('article') : null
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
  /** A picture seen large stands in its message, and has keys of its own. */
  if (article === null || (event.target instanceof Element && event.target.closest('dialog') !== null)) return
  /** With words selected the browser copies those. */
  if (isShortcut(event, 'copy') && getSelection()?.isCollapsed !== false) pressIn(article, '[data-action=copy]')
  if (!isPlain(event)) return
  if (by !== undefined) step(log, article, by)
  else if (event.key === 'Enter' && event.target === article) pressIn(article, '.foot')
  else return
  event.preventDefault()
}

const lineKeyOf = (target: EventTarget | null): string | null =>
  (target instanceof Element ? target.closest<HTMLElement>('[data-key]') : null)?.dataset['key'] ?? null

/** The key of the line that the mouse is on. A finger is on nothing: it presses, and what it presses gets the focus. */
const followPointer = (log: HTMLElement, tell: (key: string | null) => void): (() => void) => {
  const onOver = ({ pointerType, target }: PointerEvent) => {
    if (pointerType === 'mouse') tell(lineKeyOf(target))
  }
  const onLeave = () => tell(null)
  const onClick = ({ target }: MouseEvent) => {
    if (!(target instanceof Element) || target.closest('a, button, summary') !== null) return
    if (getSelection()?.isCollapsed !== false) target.closest<HTMLElement>('article')?.focus({ preventScroll: true })
  }
  /** A long press of a finger opens what can be done with the message; its text is copied from there. */
  const onMenu = (event: MouseEvent) => {
    const { target } = event
    const isTouch = event instanceof PointerEvent && event.pointerType === 'touch'
    if (!isTouch || !(target instanceof Element) || target.closest('a') !== null) return
    event.preventDefault()
    target.closest<HTMLElement>('article')?.focus({ preventScroll: true })
  }
  log.addEventListener('contextmenu', onMenu)
  log.addEventListener('pointerover', onOver)
  log.addEventListener('pointerleave', onLeave)
  log.addEventListener('click', onClick)
  return () => {
    log.removeEventListener('pointerover', onOver)
    log.removeEventListener('pointerleave', onLeave)
    log.removeEventListener('click', onClick)
    log.removeEventListener('contextmenu', onMenu)
  }
}

/** The key of the line that has the focus, as it comes and goes. */
const followFocus = (log: HTMLElement, tell: (key: string | null) => void): (() => void) => {
  const onFocus = ({ target }: FocusEvent) => {
    tell(lineKeyOf(target))
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

/** The arrow keys lead from message to message; one of them is reached by Tab. Call it in the component that draws the lines. */
export const useLogKeys = (scroller: RefObject<HTMLDivElement | null>, open: OpenConversation): LogKeys => {
  const current = useSignal<string | null>(null)
  const focused = useSignal<string | null>(null)
  const hovered = useSignal<string | null>(null)
  /** A jump draws other lines: the focused one may be gone by then. */
  const carrying = useRef(false)
  const isInside = (): boolean => scroller.current?.contains(document.activeElement) === true
  /** Looked at just before the lines change: a line that goes takes the focus with it, and does not say so. */
  const wasInside = isInside()

  useEffect(() => {
    const log = scroller.current
    if (log === null) return undefined
    const follow = (event: KeyboardEvent) => onKeyDown(log, event)
    log.addEventListener('keydown', follow)
    const stop = followFocus(log, (key) => {
      focused.value = key
      current.value = key ?? current.value
    })
    const leave = followPointer(log, (key) => {
      hovered.value = key
    })
    return () => {
      log.removeEventListener('keydown', follow)
      stop()
      leave()
    }
  }, [])
  return {
    current,
    focused,
    hovered,
    turnPage: (direction) => {
      const log = scroller.current
      if (log === null) return
      const before = log.scrollTop
      log.scrollTop += direction * log.clientHeight * LEAF
      /** Reading goes on at the top of the new page; where there is no other page, at its very end. */
      const edge = direction === 1 && log.scrollTop === before ? 'foot' : 'top'
      if (isInside()) articleAtEdge(log, edge)?.focus({ preventScroll: true })
    },
    jump: (to) => {
      carrying.current = isInside()
      if (to === 'first') open.toFirst()
      else open.toLatest()
    },
    onDrawn: () => {
      const log = scroller.current
      if (log === null || !wasInside || document.activeElement !== document.body) return
      const next = articleAtEdge(log, 'foot') ?? log
      next.focus({ preventScroll: true })
    },
    onAimed: (log, aim) => {
      if (carrying.current || typeof aim === 'object') goTo(log, aim)
      carrying.current = false
    },
  }
}
