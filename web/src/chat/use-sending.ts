import { useComputed, useSignal } from '@preact/signals'
import type { ReadonlySignal, Signal } from '@preact/signals'
import type { Attaching } from '../files/attaching.ts'
import type { Chats } from '../state/chats.ts'
import { askToKeepOnce } from '../state/keeping.ts'
import { problemOf } from '../state/problems.ts'
import type { Problem } from '../state/problems.ts'
import type { Composing } from './acts.ts'
import { useDraft } from './use-draft.ts'

interface Options {
  readonly chats: Chats
  readonly name: string
  readonly composing: Signal<Composing | null>
  readonly attaching: Attaching
  /** Something was sent: whoever sends wants to see it. */
  readonly onSend: () => void
}

export interface Sending {
  /** What stands in the box. */
  readonly text: () => string
  readonly write: (text: string) => void
  readonly problem: ReadonlySignal<Problem | null>
  readonly send: () => Promise<void>
  /** What is answered or edited is not there any more: what was written becomes the next message, unless it is the very words that went. */
  readonly leave: () => void
}

/** Something that belongs to one state of the composer and goes with it. */
interface Of<T> {
  readonly about: Composing | null
  readonly what: T
}

/**
 * The words of the next message, which are stored as a draft, or those of an edit, beside which the draft waits. What belongs to an
 * edit is told by the edit itself and not put there by an effect: effects run after the next frame, and whoever types before it
 * would be overwritten.
 */
export const useSending = ({ chats, name, composing, attaching, onSend }: Options): Sending => {
  const draft = useDraft(chats, name)
  const edited = useSignal<Of<string> | null>(null)
  const failed = useSignal<Of<Problem> | null>(null)
  const problem = useComputed(() => (failed.value?.about === composing.value ? (failed.value?.what ?? null) : null))
  const words = (about: Composing): string => (edited.value?.about === about ? edited.value.what : about.message.text)
  const text = (): string => (composing.value?.kind === 'edit' ? words(composing.value) : draft.text.value)

  const sendEdit = async (about: Composing): Promise<void> => {
    const what = words(about)
    composing.value = null
    if (what === about.message.text) return
    try {
      await chats.messenger.edit(name, about.message.id, what)
    } catch (error) {
      composing.value = about
      edited.value = { about, what }
      failed.value = { about, what: problemOf(error) }
    }
  }

  const sendText = async (about: Composing | null): Promise<void> => {
    const text = draft.text.peek()
    const re = about === null ? {} : { re: { sender: about.message.sender, id: about.message.id } }
    failed.value = null
    composing.value = null
    draft.text.value = ''
    try {
      /** Puts it into the outbox and takes the stored draft away, in one commit; what was typed since is the new draft. */
      if (attaching.files.peek().length === 0) await chats.messenger.send(name, text, re)
      else await (await import('../files/send.ts')).sendChosen(chats.messenger, name, attaching, { text, ...re })
      onSend()
      void askToKeepOnce()
      await draft.store(draft.text.peek())
    } catch (error) {
      composing.value ??= about
      failed.value = { about: composing.peek(), what: problemOf(error) }
      draft.write(draft.text.peek() === '' ? text : `${text}\n${draft.text.peek()}`)
    }
  }

  const leave = (): void => {
    const about = composing.peek()
    composing.value = null
    if (about?.kind !== 'edit' || words(about) === about.message.text) return
    draft.write([words(about), draft.text.peek()].filter((part) => part !== '').join('\n'))
  }

  return {
    leave,
    text,
    write: (what) => {
      const about = composing.peek()
      if (about?.kind === 'edit') edited.value = { about, what }
      else draft.write(what)
    },
    problem,
    send: async () => {
      const about = composing.peek()
      const isEmpty = text().trim() === '' && (about?.kind === 'edit' || attaching.files.peek().length === 0)
      if (isEmpty || attaching.isBusy.peek()) return
      await (about?.kind === 'edit' ? sendEdit(about) : sendText(about))
    },
  }
}
