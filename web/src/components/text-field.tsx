import type { Signal } from '@preact/signals'
import { Field } from './field.tsx'

interface Props {
  readonly label: string
  readonly value: Signal<string>
  readonly hint?: string | undefined
  readonly error?: string | null | undefined
  readonly name?: string
  readonly autocomplete?: 'username' | 'off'
  readonly maxLength?: number
  /** Names and codes: no capitals, corrections or red lines from the keyboard. */
  readonly exact?: boolean
}

/** One line of text. */
export const TextField = ({ label, value, hint, error, name, autocomplete, maxLength, exact = false }: Props) => (
  <Field label={label} hint={hint} error={error}>
    {(props) => (
      <input
        {...props}
        class="input"
        type="text"
        name={name}
        value={value.value}
        maxLength={maxLength}
        autocomplete={autocomplete ?? 'off'}
        autocapitalize={exact ? 'none' : undefined}
        autocorrect={exact ? 'off' : undefined}
        spellcheck={!exact}
        onInput={(event) => (value.value = event.currentTarget.value)}
      />
    )}
  </Field>
)
