import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { LIMITS } from '@chatnip/protocol'
import { browserRandomness } from '../device/environment.ts'
import { judgePassword, passwordLength, suggestPassword } from '../format/passwords.ts'
import { t } from '../texts/index.ts'
import { PasswordField } from './password-field.tsx'

const Meter = ({ password }: { readonly password: string }) => {
  const { signUp } = t()
  const verdict = judgePassword(password)
  const part = Math.min(1, passwordLength(password) / LIMITS.peoplePasswordCharacters)
  return (
    <div class="stack tight">
      <div class={verdict.kind === 'good' ? 'meter full' : 'meter'} aria-hidden="true">
        <div style={{ width: `${part * 100}%` }} />
      </div>
      <output class="hint">
        {verdict.kind === 'short' && signUp.passwordShort(verdict.missing)}
        {verdict.kind === 'good' && signUp.passwordLongEnough}
        {verdict.kind === 'long' && signUp.passwordTooLong}
      </output>
    </div>
  )
}

interface Props {
  readonly label: string
  readonly value: Signal<string>
  readonly error?: string | null
}

/** A password that is to be: says how long it must still become, and offers one. */
export const NewPasswordField = ({ label, value, error }: Props) => {
  const { signUp } = t()
  const reveal = useSignal(false)
  const suggested = useSignal('')
  const suggest = () => {
    suggested.value = suggestPassword((count) => browserRandomness.bytes(count))
    value.value = suggested.value
    reveal.value = true
  }
  const isSuggested = suggested.value !== '' && suggested.value === value.value
  return (
    <div class="stack tight">
      <PasswordField
        label={label}
        value={value}
        hint={isSuggested ? signUp.suggested : signUp.passwordHint}
        error={error}
        autocomplete="new-password"
        reveal={reveal}
      />
      {value.value !== '' && <Meter password={value.value} />}
      <div>
        <button type="button" class="link" onClick={suggest}>
          {signUp.suggest}
        </button>
      </div>
    </div>
  )
}
