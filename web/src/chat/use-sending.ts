import { useSignal, useSignalEffect } from '@preact/signals'
import type { ReadonlySignal, Signal } from '@preact/signals'
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
  /** Something was sent: whoever sends wants to see it. */
  readonly onSend: () => void
}

export interface Sending {
  /** What stands in the box. */
  readonly text: () => string
  readonly write: (text: string) => void
  readonly problem: ReadonlySignal<Problem | null>
  readonly send: () => Promise<void>
}

/** The words of the next message, which are stored as a draft, or those of an edit, beside which the draft waits. */
export const useSending = ({ chats, name, composing, onSend }: Options): Sending => {
  const draft = useDraft(chats, name)
  const words = useSignal('')
  const problem = useSignal<Problem | null>(null)
  useSignalEffect(() => {
    const now = composing.value
    problem.value = null
    if (now?.kind === 'edit') words.value = now.message.text
  })
  const isEdit = () => composing.value?.kind === 'edit'

  const sendEdit = async (about: Composing): Promise<void> => {
    const text = words.peek()
    composing.value = null
    if (text === about.message.text) return
    try {
      await chats.messenger.edit(name, about.message.id, text)
    } catch (error) {
      composing.value = about
      words.value = text
      problem.value = problemOf(error)
    }
  }

  const sendText = async (about: Composing | null): Promise<void> => {
    const text = draft.text.peek()
    const re = about === null ? {} : { re: { sender: about.message.sender, id: about.message.id } }
    problem.value = null
    composing.value = null
    draft.text.value = ''
    try {
      /** Puts it into the outbox and takes the stored draft away, in one commit; what was typed since is the new draft. */
      await chats.messenger.send(name, text, re)
      onSend()
      void askToKeepOnce()
      await draft.store(draft.text.peek())
    } catch (error) {
      composing.value ??= about
      problem.value = problemOf(error)
      draft.write(draft.text.peek() === '' ? text : `${text}\n${draft.text.peek()}`)
    }
  }

  return {
    text: () => (isEdit() ? words.value : draft.text.value),
    write: (text) => {
      if (isEdit()) words.value = text
      else draft.write(text)
    },
    problem,
    send: async () => {
      const about = composing.peek()
      const text = about?.kind === 'edit' ? words.peek() : draft.text.peek()
      if (text.trim() === '') return
      await (about?.kind === 'edit' ? sendEdit(about) : sendText(about))
    },
  }
}
