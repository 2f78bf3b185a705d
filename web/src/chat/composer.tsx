import type { Signal } from '@preact/signals'
import type { MessageView } from '@chatnip/sdk'
import type { RefObject, TargetedKeyboardEvent } from 'preact'
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from '../components/icon.tsx'
import { isElsewhere, isShortcut, useShortcuts } from '../keys/shortcuts.ts'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'
import type { Composing } from './acts.ts'
import type { Problem } from '../state/problems.ts'
import { ComposingBar, composingLabel } from './composing-bar.tsx'
import { lazyPage } from '../components/lazy-page.tsx'
import type { Attaching } from '../files/attaching.ts'
import { useSending } from './use-sending.ts'
import { wrapSelection } from './wrap-selection.ts'

const Tray = lazyPage(async () => (await import('../files/tray.tsx')).Tray)

interface Props {
  readonly chats: Chats
  readonly name: string
  /** How the conversation is called. */
  readonly title: string
  readonly own: boolean
  readonly composing: Signal<Composing | null>
  readonly attaching: Attaching
  /** A message as it is now; null: it is not there any more. */
  readonly now: (message: MessageView) => MessageView | null
  /** What ↑ in an empty box edits. */
  readonly lastOwn: () => MessageView | undefined
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

/** The keys of the box: send, mark words, and edit the last message while nothing is typed. */
const boxKeys =
  ({ composing, lastOwn }: Props, submit: (event: Event) => void) =>
  (event: TargetedKeyboardEvent<HTMLTextAreaElement>): void => {
    const mark = markFor(event)
    const isEmpty = composing.peek() === null && event.currentTarget.value === ''
    const last = isEmpty && isShortcut(event, 'editLast') ? lastOwn() : undefined
    if (sends(event)) return submit(event)
    if (mark === undefined && last === undefined) return
    event.preventDefault()
    if (mark !== undefined) wrapSelection(event.currentTarget, mark)
    else if (last !== undefined) composing.value = { kind: 'edit', message: last }
  }

/**
 * Puts the caret into the box: on opening, when something is to be answered or edited, and by Escape, which first leaves that. It is
 * there before the next key, which an effect that waits for the next frame would miss.
 */
const useFocus = (box: RefObject<HTMLTextAreaElement | null>, { composing }: Props) => {
  useLayoutEffect(() => {
    if (!touch()) box.current?.focus()
  }, [])
  useTypingAnywhere(box)
  useShortcuts({
    toComposer: () => {
      if (document.activeElement === box.current) composing.value = null
      box.current?.focus()
    },
  })
  const about = composing.value
  useLayoutEffect(() => {
    if (about !== null) box.current?.focus()
  }, [about])
}

/** What went wrong with the last attempt. */
const Wrong = ({ id, problem }: { readonly id: string; readonly problem: Problem }) => (
  <p class="error" id={id} role="alert">
    {problem === 'too_large' ? t().chat.tooLong : t().errors[problem]}
  </p>
)

const Attach = ({ attaching, onChosen }: { readonly attaching: Attaching; readonly onChosen: () => void }) => (
  <label class="icon-button attach" title={t().carried.attach}>
    <Icon name="clip" size={22} />
    <input
      class="hidden"
      type="file"
      multiple
      aria-label={t().carried.attach}
      onChange={({ currentTarget }) => {
        attaching.add(currentTarget.files ?? [])
        /** So that the same one can be chosen again. */
        currentTarget.value = ''
        onChosen()
      }}
    />
  </label>
)

/** What is copied as text goes in as text, even when its program offers a picture of it too. */
const pasted = ({ clipboardData }: ClipboardEvent): readonly File[] =>
  clipboardData === null || clipboardData.types.includes('text/plain') ? [] : [...clipboardData.files]

/** Where a message is written. Always usable: without a connection or a session, what is sent waits in the outbox. */
export const Composer = (props: Props) => {
  const { chats, name, title, own, composing, attaching } = props
  const { chat } = t()
  const id = useId()
  const box = useRef<HTMLTextAreaElement>(null)
  const { text, write, problem, send, leave } = useSending(props)
  useFocus(box, props)
  const about = composing.value
  const message = about === null ? null : props.now(about.message)
  const isGone = about !== null && message === null
  /** Before the next key: what is written to a message that was deleted meanwhile is a message of its own. */
  useLayoutEffect(() => {
    if (isGone) leave()
  }, [isGone])
  const submit = (event: Event) => {
    event.preventDefault()
    void send()
    box.current?.focus()
  }
  const onKeyDown = boxKeys(props, submit)
  const { username } = chats.messenger.profile
  const plain = own ? chat.composeNote : chat.compose(title)
  const label = about === null ? plain : composingLabel(about, username)
  return (
    <div class="composer">
      <form onSubmit={submit}>
        {about !== null && message !== null && (
          <ComposingBar composing={{ ...about, message }} own={username} onCancel={() => (composing.value = null)} />
        )}
        {attaching.files.value.length > 0 && <Tray attaching={attaching} onChanged={() => box.current?.focus()} />}
        {problem.value !== null && attaching.files.value.length === 0 && (
          <Wrong id={`${id}-error`} problem={problem.value} />
        )}
        {chats.contact(name)?.canSeal !== false && (
          <Attach attaching={attaching} onChosen={() => box.current?.focus()} />
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
          value={text()}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const files = pasted(event)
            if (files.length > 0) event.preventDefault()
            attaching.add(files)
          }}
        />
        <button type="submit" class="icon-button send" aria-label={chat.send}>
          <Icon name="send" size={22} />
        </button>
      </form>
    </div>
  )
}
