import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { BusyButton } from '../components/busy-button.tsx'
import { NewPasswordField } from '../components/new-password-field.tsx'
import { Said } from '../components/said.tsx'
import { TextField } from '../components/text-field.tsx'
import { UsernameField } from '../components/username-field.tsx'
import { useAction } from '../components/use-action.ts'
import { judgePassword } from '../format/passwords.ts'
import { navigate } from '../router.ts'
import { recoverByCode } from '../state/flows.ts'
import { sayFarewell } from '../state/session.ts'
import { t } from '../texts/index.ts'
import { recoverTexts } from '../texts/recover.ts'

/** The twelve words and a new password: everything comes back. */
export const RecoverByCode = ({ name }: { readonly name: Signal<string> }) => {
  const { common, errors } = t()
  const recover = recoverTexts()
  const code = useSignal('')
  const password = useSignal('')
  const tried = useSignal(false)
  const outcome = useSignal<'wrong words' | 'keys lost' | null>(null)
  const action = useAction(async () => {
    tried.value = true
    outcome.value = null
    if (name.value.trim() === '' || judgePassword(password.value).kind !== 'good') return
    const result = await recoverByCode({ username: name.value.trim(), code: code.value, newPassword: password.value })
    if (result !== 'done') {
      outcome.value = result
      return
    }
    sayFarewell(recover.done)
    navigate({ page: 'logIn' })
  })
  const problem = action.problem.value
  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        action.run()
      }}
    >
      <UsernameField value={name} error={tried.value && name.value.trim() === '' ? common.needed : null} />
      <TextField
        label={recover.code}
        value={code}
        hint={recover.codeHint}
        error={outcome.value === 'wrong words' ? recover.codeWrong : null}
        exact
      />
      <NewPasswordField label={recover.newPassword} value={password} tried={tried.value} />
      {outcome.value === 'keys lost' && <Said kind="warn">{recover.keysLost}</Said>}
      {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
      <BusyButton busy={action.busy.value} busyText={recover.working} wide>
        {recover.submitCode}
      </BusyButton>
    </form>
  )
}
