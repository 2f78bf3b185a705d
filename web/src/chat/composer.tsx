import { useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Icon } from '../components/icon.tsx'
import { isElsewhere, isShortcut, useShortcuts } from '../keys/shortcuts.ts'
import type { Chats } from '../state/chats.ts'
import { askToKeepOnce } from '../state/keeping.ts'
import { problemOf } from '../state/problems.ts'
import type { Problem } from '../state/problems.ts'
import { t } from '../texts/index.ts'
import { useDraft } from './use-draft.ts'
import { wrapSelection } from './wrap-selection.ts'

interface Props {
  readonly chats: Chats
  readonly name: string
  readonly own: boolean
  /** Something was sent: whoever sends wants to see it. */
  readonly onSend: () => void
}

/** On a touch keyboard Enter makes a new line, as everywhere there; the button sends. */
const touch = (): boolean => matchMedia('(hover: none) and (pointer: coarse)').matches

/** Enter sends, unless it chooses a word in an input method (Safari tells that only by the old key code). */
const sends = (event: KeyboardEvent): boolean =>
  event.key === 'Enter' && !event.shiftKey && !event.altKey && !event.isComposing && event.keyCode !== 229 && !touch()

const MARKS = [
  ['bold', '**'],
  ['italic', '*'],
  ['code', '`'],
] as const

/** A letter or a sign, or the keys that paste. The blank presses buttons and scrolls, so it stays with them. */
const beginsText = (event: KeyboardEvent): boolean => {
  const { target, key } = event
  if (target instanceof Element && target.closest('input, textarea, select, summary, [contenteditable]') !== null)
    return false
  const held = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph')
  if (held) return key.toLowerCase() === 'v' && (event.ctrlKey || event.metaKey) && !event.altKey
  return key.length === 1 && key !== ' '
}

const useSending = ({ chats, name, onSend }: Props) => {
  const draft = useDraft(chats, name)
  const problem = useSignal<Problem | null>(null)
  const send = async (): Promise<void> => {
    const text = draft.text.peek()
    if (text.trim() === '') return
    problem.value = null
    draft.text.value = ''
    try {
      /** Puts it into the outbox and takes the stored draft away, in one commit; what was typed since is the new draft. */
      await chats.messenger.send(name, text)
      onSend()
      void askToKeepOnce()
      await draft.store(draft.text.peek())
    } catch (error) {
      problem.value = problemOf(error)
      draft.write(draft.text.peek() === '' ? text : `${text}\n${draft.text.peek()}`)
    }
  }
  return { draft, problem, send }
}

/** Which marks a shortcut puts around the selected words. */
const markFor = (event: KeyboardEvent): string | undefined =>
  event.isComposing ? undefined : MARKS.find(([name]) => isShortcut(event, name))?.[1]

/** Typing and pasting anywhere but in a field begins a message; the key then arrives in the box. */
const useTypingAnywhere = (box: RefObject<HTMLTextAreaElement | null>) => {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isElsewhere(event) && beginsText(event)) box.current?.focus()
    }
    addEventListener('keydown', onKeyDown)
    return () => {
      removeEventListener('keydown', onKeyDown)
    }
  }, [])
}

/** Where a message is written. Always usable: without a connection or a session, what is sent waits in the outbox. */
export const Composer = (props: Props) => {
  const { name, own } = props
  const { chat, errors } = t()
  const id = useId()
  const box = useRef<HTMLTextAreaElement>(null)
  const { draft, problem, send } = useSending(props)
  useEffect(() => {
    if (!touch()) box.current?.focus()
  }, [])
  useTypingAnywhere(box)
  useShortcuts({ toComposer: () => box.current?.focus() })
  const submit = (event: Event) => {
    event.preventDefault()
    void send()
    box.current?.focus()
  }
  const label = own ? chat.composeNote : chat.compose(name)
  return (
    <div class="composer">
      <form onSubmit={submit}>
        {problem.value !== null && (
          <p class="error" id={`${id}-error`} role="alert">
            {problem.value === 'too_large' ? chat.tooLong : errors[problem.value]}
          </p>
        )}
        <textarea
          ref={box}
          class="input"
          rows={1}
          dir="auto"
          aria-label={label}
          aria-describedby={problem.value === null ? undefined : `${id}-error`}
          placeholder={label}
          enterkeyhint={touch() ? 'enter' : 'send'}
          value={draft.text.value}
          onInput={(event) => {
            draft.write(event.currentTarget.value)
          }}
          onKeyDown={(event) => {
            const mark = markFor(event)
            if (sends(event)) submit(event)
            else if (mark !== undefined) {
              event.preventDefault()
              wrapSelection(event.currentTarget, mark)
            }
          }}
        />
        <button type="submit" class="icon-button send" aria-label={chat.send}>
          <Icon name="send" size={22} />
        </button>
      </form>
    </div>
  )
}
