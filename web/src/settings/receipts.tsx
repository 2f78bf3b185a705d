import { useSignal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'
import { Section } from './section.tsx'

interface SwitchProps {
  readonly label: string
  readonly hint: string
  readonly disabled?: boolean
  /** As it is stored. */
  readonly isOn: ReadonlySignal<boolean>
  readonly store: (on: boolean) => Promise<void>
}

/** A box that stays where it was put while that is being stored. */
const Switch = ({ label, hint, disabled = false, isOn, store }: SwitchProps) => {
  const { errors } = t()
  const id = useId()
  const box = useRef<HTMLInputElement>(null)
  /** What was chosen and is being stored. */
  const chosen = useSignal<boolean | null>(null)
  const change = useAction(async () => {
    const on = box.current?.checked ?? true
    chosen.value = on
    try {
      await store(on)
    } finally {
      chosen.value = null
      /** What holds is what was stored, also when that failed or the box was pressed again meanwhile. */
      if (box.current !== null) box.current.checked = isOn.peek()
    }
  })
  const problem = change.problem.value
  return (
    <>
      <label class="switch">
        <input
          ref={box}
          type="checkbox"
          aria-describedby={`${id}-hint`}
          aria-busy={chosen.value !== null}
          disabled={disabled}
          checked={chosen.value ?? isOn.value}
          onChange={change.run}
        />
        {label}
      </label>
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
      {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
    </>
  )
}

/** Whether this browser tells senders that it has their messages, and that they were read. */
export const Receipts = ({ chats }: { readonly chats: Chats }) => {
  const { receipts } = t().settings
  const { messenger } = chats
  return (
    <Section title={receipts.title} lead={receipts.lead}>
      <Switch
        label={receipts.label}
        hint={receipts.without}
        isOn={chats.receipts}
        store={(on) => messenger.setReceipts(on)}
      />
      <Switch
        label={receipts.read}
        hint={receipts.withoutRead}
        disabled={!chats.receipts.value}
        isOn={chats.readReceipts}
        store={(on) => messenger.setReadReceipts(on)}
      />
    </Section>
  )
}
