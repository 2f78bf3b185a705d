import type { Page } from 'playwright-core'

export interface Layout {
  /** What hangs out of the window at a side. */
  readonly outside: readonly string[]
  /** Texts whose closing bracket cannot be seen. Only texts of the `long` language and its like have one. */
  readonly clipped: readonly string[]
  /** Words that stand outside of brackets: they were never translated, or somebody wrote them. */
  readonly unbracketed: readonly string[]
}

/** Looks over everything that the page shows, or says to screen readers, as it is now. */
export const inspect = (page: Page): Promise<Layout> =>
  page.evaluate(() => {
    const root = document.getElementById('app') ?? document.body
    const shown = (element: Element) => element.checkVisibility({ visibilityProperty: true })
    const spokenOnly = (element: Element) => element.closest('.hidden, .skip') !== null
    const name = (element: Element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`
    const cuts = (element: Element) => ['hidden', 'clip'].includes(getComputedStyle(element).overflowX)
    /** The part of the window in which something inside `element` can be seen. */
    const seen = (element: Element): { left: number; right: number } => {
      let [left, right] = [0, innerWidth]
      for (let at: Element | null = element; at !== null && at !== root; at = at.parentElement) {
        const box = at.getBoundingClientRect()
        if (cuts(at)) [left, right] = [Math.max(left, box.left), Math.min(right, box.right)]
      }
      return { left: left - 1, right: right + 1 }
    }
    const outside: string[] = []
    for (const element of root.querySelectorAll('*')) {
      const { left, right, width } = element.getBoundingClientRect()
      if (width === 0 || spokenOnly(element) || !shown(element)) continue
      if (left < -1 || right > innerWidth + 1) outside.push(`${name(element)} from ${left} to ${right}`)
    }
    const clipped: string[] = []
    const unbracketed: string[] = []
    const words = (text: string) => text.replace(/⟦[^⟧]*⟧/gu, '').match(/\p{L}{2,}/gu) ?? []
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement
      const text = node.textContent ?? ''
      if (element === null || !shown(element)) continue
      if (element.closest('time, code, .mono, .text, .preview, .words, .digits') === null)
        unbracketed.push(...words(text))
      const end = text.lastIndexOf('⟧')
      /** A preview shows how something begins, by its nature. */
      if (end < 0 || spokenOnly(element) || element.closest('.preview') !== null) continue
      const range = document.createRange()
      range.setStart(node, end)
      range.setEnd(node, end + 1)
      const box = range.getBoundingClientRect()
      const { left, right } = seen(element)
      if (box.left < left || box.right > right) clipped.push(`${name(element)}: ${text}`)
    }
    for (const element of root.querySelectorAll('[aria-label], [placeholder], [title], [alt]'))
      for (const attribute of ['aria-label', 'placeholder', 'title', 'alt'])
        unbracketed.push(...words(element.getAttribute(attribute) ?? ''))
    return { outside, clipped, unbracketed: [...new Set(unbracketed)] }
  })
