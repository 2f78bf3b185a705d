import { useSignal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { t } from '../texts/index.ts'

interface SwitchProps {
  readonly label: string
  readonly hint: string
  readonly disabled?: boolean
  /** As it is stored. */
  readonly isOn: ReadonlySignal<boolean>
  readonly store: (on: boolean) => Promise<void>
}

/** A box that stays where it was put while that is being stored. */
export const Switch = ({ label, hint, disabled = false, isOn, store }: SwitchProps) => {
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
