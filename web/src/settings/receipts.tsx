import { useSignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'
import { Section } from './section.tsx'

/** Whether this browser tells senders that it has their messages. */
export const Receipts = ({ chats }: { readonly chats: Chats }) => {
  const { settings, errors } = t()
  const { receipts } = settings
  const id = useId()
  const box = useRef<HTMLInputElement>(null)
  /** What was chosen and is being stored. */
  const chosen = useSignal<boolean | null>(null)
  const change = useAction(async () => {
    const on = box.current?.checked ?? true
    chosen.value = on
    try {
      await chats.messenger.setReceipts(on)
    } finally {
      chosen.value = null
      /** What holds is what was stored, also when that failed or the box was pressed again meanwhile. */
      if (box.current !== null) box.current.checked = chats.receipts.peek()
    }
  })
  const problem = change.problem.value
  return (
    <Section title={receipts.title} lead={receipts.lead}>
      <label class="switch">
        <input
          ref={box}
          type="checkbox"
          aria-describedby={`${id}-hint`}
          aria-busy={chosen.value !== null}
          checked={chosen.value ?? chats.receipts.value}
          onChange={change.run}
        />
        {receipts.label}
      </label>
      <p class="hint" id={`${id}-hint`}>
        {receipts.without}
      </p>
      {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
    </Section>
  )
}
