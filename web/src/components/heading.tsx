import { useEffect, useRef } from 'preact/hooks'
import { pageTitle } from '../state/title.ts'

let firstPage = true

const isInField = (): boolean => document.activeElement?.matches('main :is(input, textarea, select)') ?? false

/**
 * The page's title: named in the tab, and focused when the page changes, so that screen readers begin there. Somebody who was quicker
 * and is in a field already stays there.
 */
export const Heading = ({ text, focus = true }: { readonly text: string; readonly focus?: boolean }) => {
  const element = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    pageTitle.value = text
  }, [text])
  useEffect(() => {
    if (focus && !firstPage && !isInField()) element.current?.focus()
    firstPage = false
  }, [focus])
  return (
    <h1 ref={element} tabIndex={-1}>
      {text}
    </h1>
  )
}
