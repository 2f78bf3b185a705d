import { useSignal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

/** Within this distance the log counts as being at its end, and follows. */
const NEAR_PX = 100
/** Older messages are read this far before the top comes into sight. */
const AHEAD_PX = 600

export interface LogScroll {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly atEnd: ReadonlySignal<boolean>
  readonly onScroll: () => void
  readonly toEnd: () => void
}

interface Watched {
  /** Key of the first item; changes when older ones are put in front. */
  readonly firstKey: string | null
  /** Key of the latest own message: whoever sends one wants to see it. */
  readonly lastOwnKey: string | null
  /** Changes with every change of what is shown. */
  readonly version: unknown
  readonly loadOlder: () => void
}

const distanceToEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number =>
  scrollHeight - scrollTop - clientHeight

/**
 * Keeps the place in the log: at the end it follows new messages, elsewhere nothing moves under the reader's eyes, also when
 * older messages come in above. Opens at the line before the new messages when there is one.
 */
export const useLogScroll = ({ firstKey, lastOwnKey, version, loadOlder }: Watched): LogScroll => {
  const scroller = useRef<HTMLDivElement>(null)
  const atEnd = useSignal(true)
  const fromBottom = useRef(0)
  const shownFirst = useRef<string | null>(null)
  const shownOwn = useRef<string | null>(null)

  const toEnd = () => {
    const log = scroller.current
    if (log !== null) log.scrollTop = log.scrollHeight
    atEnd.value = true
  }

  useLayoutEffect(() => {
    const log = scroller.current
    if (log === null || firstKey === null) return
    const opening = shownFirst.current === null
    const prepended = shownFirst.current !== firstKey
    const sentNow = !opening && lastOwnKey !== null && shownOwn.current !== lastOwnKey
    shownFirst.current = firstKey
    shownOwn.current = lastOwnKey
    const unread = opening ? log.querySelector('.unread-line') : null
    if (unread !== null) {
      unread.scrollIntoView({ block: 'start' })
      atEnd.value = distanceToEnd(log) < NEAR_PX
    } else if (sentNow || atEnd.peek()) toEnd()
    else if (prepended) log.scrollTop = log.scrollHeight - fromBottom.current
  }, [version, firstKey])

  useEffect(() => {
    const log = scroller.current
    if (log === null) return undefined
    /** The keyboard of a phone comes up, the composer grows: the end stays in sight. */
    const observer = new ResizeObserver(() => {
      if (atEnd.peek()) toEnd()
    })
    observer.observe(log)
    return () => {
      observer.disconnect()
    }
  }, [])

  const onScroll = () => {
    const log = scroller.current
    if (log === null) return
    fromBottom.current = log.scrollHeight - log.scrollTop
    atEnd.value = distanceToEnd(log) < NEAR_PX
    if (log.scrollTop < AHEAD_PX) loadOlder()
  }
  return { scroller, atEnd, onScroll, toEnd }
}
