import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { t } from '../texts/index.ts'
import { Field } from './field.tsx'
import type { FieldProps } from './field.tsx'
import { Icon } from './icon.tsx'

interface Props {
  readonly label: string
  readonly value: Signal<string>
  readonly hint?: string | undefined
  readonly error?: string | null | undefined
  readonly autocomplete: 'current-password' | 'new-password'
  /** Shown in the clear whatever the button says: a password that was just suggested. */
  readonly reveal?: Signal<boolean>
}

interface InputProps extends FieldProps {
  readonly value: Signal<string>
  readonly autocomplete: Props['autocomplete']
  readonly shown: boolean
}

/** Both forms stand in the same place, so the browser keeps one element, its caret and its focus. */
const Input = ({ value, autocomplete, shown, ...props }: InputProps) => {
  const common = {
    ...props,
    name: autocomplete,
    autocomplete,
    autocapitalize: 'none' as const,
    spellcheck: false,
    value: value.value,
    onInput: (event: { readonly currentTarget: { readonly value: string } }) =>
      (value.value = event.currentTarget.value),
  }
  return shown ? (
    <input {...common} class="input mono" type="text" autocorrect="off" />
  ) : (
    <input {...common} class="input" type="password" />
  )
}

/** A password with a button to see it. Pasting and password managers work as anywhere. */
export const PasswordField = ({ label, value, hint, error, autocomplete, reveal }: Props) => {
  const own = useSignal(false)
  const shown = reveal ?? own
  const { common } = t()
  return (
    <Field label={label} hint={hint} error={error}>
      {(props) => (
        <span class="with-button">
          <Input {...props} value={value} autocomplete={autocomplete} shown={shown.value} />
          <button
            type="button"
            class="icon-button"
            aria-pressed={shown.value}
            aria-label={common.showPassword}
            title={shown.value ? common.hidePassword : common.showPassword}
            onClick={() => (shown.value = !shown.value)}
          >
            <Icon name={shown.value ? 'eyeOff' : 'eye'} size={20} />
          </button>
        </span>
      )}
    </Field>
  )
}
