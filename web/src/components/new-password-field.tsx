import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { LIMITS } from '@chatnip/protocol'
import { browserRandomness } from '../device/environment.ts'
import { judgePassword, passwordLength, suggestPassword } from '../format/passwords.ts'
import { t } from '../texts/index.ts'
import { PasswordField } from './password-field.tsx'

const complaint = (password: string): string | null => {
  const { signUp, common } = t()
  const verdict = judgePassword(password)
  if (password === '') return common.needed
  if (verdict.kind === 'short') return signUp.passwordShort(verdict.missing)
  return verdict.kind === 'long' ? signUp.passwordTooLong : null
}

const Meter = ({ password }: { readonly password: string }) => {
  const { signUp } = t()
  const verdict = judgePassword(password)
  const part = Math.min(1, passwordLength(password) / LIMITS.peoplePasswordCharacters)
  return (
    <div class="stack tight">
      <div class={verdict.kind === 'good' ? 'meter full' : 'meter'} aria-hidden="true">
        <div style={{ width: `${part * 100}%` }} />
      </div>
      <output class="hint">{complaint(password) ?? signUp.passwordLongEnough}</output>
    </div>
  )
}

interface Props {
  readonly label: string
  readonly value: Signal<string>
  /** Somebody tried to go on: what is wrong is told as an error from now on. */
  readonly tried: boolean
}

/** A password that is to be: says how long it must still become, and offers one. */
export const NewPasswordField = ({ label, value, tried }: Props) => {
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
        error={tried ? complaint(value.value) : null}
        autocomplete="new-password"
        reveal={reveal}
      />
      {value.value !== '' && !(tried && complaint(value.value) !== null) && <Meter password={value.value} />}
      <div>
        <button type="button" class="link" onClick={suggest}>
          {signUp.suggest}
        </button>
      </div>
    </div>
  )
}
