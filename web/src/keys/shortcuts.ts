import { useEffect, useRef } from 'preact/hooks'

/** A key with what is held down beside it. `mod` is Ctrl, on a Mac ⌘. */
export interface Keys {
  readonly mod?: boolean
  readonly alt?: boolean
  readonly shift?: boolean
  /** As the browser calls it; a letter in lower case. */
  readonly key: string
}

/** Every shortcut of the chats, in the order of the help sheet. This table binds them, and the sheet shows it. */
export const SHORTCUTS = {
  chats: {
    jump: { mod: true, key: 'k' },
    search: { mod: true, shift: true, key: 'f' },
    previous: { alt: true, key: 'ArrowUp' },
    next: { alt: true, key: 'ArrowDown' },
    previousUnread: { alt: true, shift: true, key: 'ArrowUp' },
    nextUnread: { alt: true, shift: true, key: 'ArrowDown' },
  },
  messages: {
    pageBack: { key: 'PageUp' },
    pageOn: { key: 'PageDown' },
    first: { mod: true, key: 'Home' },
    latest: { mod: true, key: 'End' },
    older: { key: 'ArrowUp' },
    newer: { key: 'ArrowDown' },
    details: { key: 'Enter' },
    copy: { mod: true, key: 'c' },
    toComposer: { key: 'Escape' },
  },
  writing: {
    send: { key: 'Enter' },
    newLine: { shift: true, key: 'Enter' },
    editLast: { key: 'ArrowUp' },
    leave: { key: 'Escape' },
    bold: { mod: true, key: 'b' },
    italic: { mod: true, key: 'i' },
    code: { mod: true, key: 'e' },
  },
  everywhere: {
    help: { mod: true, key: '/' },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Keys>>>>

export type Group = keyof typeof SHORTCUTS
export type Shortcut = { [G in Group]: keyof (typeof SHORTCUTS)[G] }[Group]

const ALL: Readonly<Record<Shortcut, Keys>> = {
  ...SHORTCUTS.chats,
  ...SHORTCUTS.messages,
  ...SHORTCUTS.writing,
  ...SHORTCUTS.everywhere,
}

export const isMac = (): boolean => /Mac|iPhone|iPad/u.test(navigator.userAgent)

/** On some keyboards a slash needs Shift, so Shift counts only with letters and named keys. */
const shiftCounts = (key: string): boolean => key.length > 1 || /\p{L}/u.test(key)

/** Whether these are the keys of that shortcut. */
export const isShortcut = (event: KeyboardEvent, name: Shortcut): boolean => {
  const { mod = false, alt = false, shift = false, key }: Keys = ALL[name]
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const [held, other] = isMac() ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey]
  if (pressed !== key || held !== mod || other || event.altKey !== alt) return false
  return !shiftCounts(key) || event.shiftKey === shift
}

/** Whether somebody is in a dialog, or chooses a word in an input method: then no shortcut of the page is meant. */
export const isElsewhere = (event: KeyboardEvent): boolean =>
  event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]') !== null

/** Returns false when the keys are not meant for it here; then the browser does with them what it always does. */
type Handler = (event: KeyboardEvent) => boolean | void

/** Binds shortcuts on the whole page, as long as the component is there. */
export const useShortcuts = (handlers: Partial<Record<Shortcut, Handler>>): void => {
  const now = useRef(handlers)
  now.current = handlers
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isElsewhere(event)) return
      for (const [name, handler] of Object.entries(now.current) as [Shortcut, Handler][]) {
        if (!isShortcut(event, name)) continue
        if (handler(event) !== false) event.preventDefault()
        return
      }
    }
    addEventListener('keydown', onKeyDown)
    return () => {
      removeEventListener('keydown', onKeyDown)
    }
  }, [])
}

/** Whether the keys move the caret in a text that is being written. */
export const isWriting = ({ target }: Event): boolean =>
  (target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement) && target.value !== ''
