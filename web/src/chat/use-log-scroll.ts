import { useSignal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { OpenConversation } from '../state/conversation.ts'
import type { Aim, Run } from '../state/run.ts'
import { distanceToEnd, lineOf, markPlace, restorePlace } from './log-places.ts'
import type { Place } from './log-places.ts'

/** Within this distance the log counts as being at its end, and follows. */
const NEAR_PX = 100
/** More is read this far before an end comes into sight. */
const AHEAD_PX = 1_200

export interface LogScroll {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly atEnd: ReadonlySignal<boolean>
  readonly onScroll: () => void
}

/** @returns the element that was aimed at, for the keyboard to go on from */
const takeAim = (log: HTMLElement, aim: Aim): HTMLElement | null => {
  if (aim === 'end') log.scrollTop = log.scrollHeight
  else if (aim === 'start') log.scrollTop = 0
  const key = aim === 'end' || aim === 'start' ? null : aim === 'unread' ? 'unread' : aim.key
  const line = key === null ? null : lineOf(log, key)
  const tall = line !== null && line.offsetHeight > log.clientHeight / 2
  line?.scrollIntoView({ block: aim === 'unread' || tall ? 'start' : 'center' })
  return line
}

/**
 * Keeps the place in the log: at the end it follows new messages, elsewhere nothing moves under the reader's eyes, whether lines
 * come in above, are dropped, or change their height. Call it in the component that draws the lines: what stands where is looked at
 * just before they change.
 * @param onAimed called when a jump was drawn, with the line that was aimed at, if one was
 */
export const useLogScroll = (
  open: OpenConversation,
  run: Run | null,
  onAimed: (log: HTMLElement, aim: Aim) => void,
): LogScroll => {
  const scroller = useRef<HTMLDivElement>(null)
  const atEnd = useSignal(true)
  const place = useRef<Place>({ marks: [], scrollTop: 0 })
  const aimed = useRef<Run | null>(null)
  const isLast = run?.last === true

  const look = (log: HTMLElement) => {
    place.current = markPlace(log)
    atEnd.value = isLast && distanceToEnd(log) < NEAR_PX
    open.follow(atEnd.peek())
    if (log.scrollTop < AHEAD_PX) open.loadOlder()
    if (distanceToEnd(log) < AHEAD_PX) open.loadNewer()
  }
  /** Something changed its height: back to where it was. */
  const settle = (log: HTMLElement, scrolled: number) => {
    if (atEnd.peek() && isLast) log.scrollTop = log.scrollHeight
    else restorePlace(log, place.current, scrolled)
  }
  const onResize = useRef(settle)
  onResize.current = settle

  if (scroller.current !== null) place.current = markPlace(scroller.current)

  useLayoutEffect(() => {
    const log = scroller.current
    if (log === null || run === null) return
    if (run.aim !== null && run !== aimed.current) {
      takeAim(log, run.aim)
      onAimed(log, run.aim)
    } else settle(log, 0)
    aimed.current = run
    look(log)
  }, [run])

  useEffect(() => {
    const log = scroller.current
    if (log === null) return undefined
    /** The keyboard of a phone comes up, the composer grows, a window gets narrower and its lines higher. */
    const observer = new ResizeObserver(() => {
      /** A scroll may not have been told yet. */
      onResize.current(log, log.scrollTop - place.current.scrollTop)
    })
    observer.observe(log)
    for (const child of log.children) observer.observe(child)
    return () => observer.disconnect()
  }, [])

  const onScroll = () => {
    if (scroller.current !== null) look(scroller.current)
  }
  return { scroller, atEnd, onScroll }
}
