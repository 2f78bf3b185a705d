import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { Bullets } from '../components/bullets.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { NewPasswordField } from '../components/new-password-field.tsx'
import { RecoveryCode } from '../components/recovery-code.tsx'
import { TextField } from '../components/text-field.tsx'
import { UsernameField } from '../components/username-field.tsx'
import { judgePassword } from '../format/passwords.ts'
import { navigate } from '../router.ts'
import { recoverFresh } from '../state/flows.ts'
import { sayFarewell } from '../state/session.ts'
import { t } from '../texts/index.ts'
import { recoverTexts } from '../texts/recover.ts'

const Costs = () => {
  const recover = recoverTexts()
  return (
    <>
      <p>{recover.freshLead}</p>
      <Bullets items={recover.freshLost} />
      <p>{recover.freshKept}</p>
    </>
  )
}

/** A code from whoever runs the server, new keys, the same name. */
export const RecoverFresh = ({ name }: { readonly name: Signal<string> }) => {
  const { common } = t()
  const recover = recoverTexts()
  const fresh = useSignal('')
  const password = useSignal('')
  const tried = useSignal(false)
  const asking = useSignal(false)
  const code = useSignal<string | null>(null)
  const submit = (event: Event) => {
    event.preventDefault()
    tried.value = true
    const filled = name.value.trim() !== '' && fresh.value.trim() !== ''
    asking.value = filled && judgePassword(password.value).kind === 'good'
  }
  if (code.value !== null)
    return (
      <RecoveryCode
        username={name.value.trim()}
        code={code.value}
        onDone={() => {
          sayFarewell(recover.done)
          navigate({ page: 'logIn' })
        }}
      />
    )
  const neededFor = (text: string) => (tried.value && text.trim() === '' ? common.needed : null)
  return (
    <form class="stack" noValidate onSubmit={submit}>
      <Costs />
      <UsernameField value={name} error={neededFor(name.value)} />
      <TextField label={recover.freshCode} value={fresh} error={neededFor(fresh.value)} exact />
      <NewPasswordField label={recover.newPassword} value={password} tried={tried.value} />
      <button type="submit" class="button danger wide">
        {recover.submitFresh}
      </button>
      {asking.value && (
        <ConfirmDialog
          title={recover.submitFresh}
          confirm={recover.submitFresh}
          onConfirm={async () => {
            code.value = await recoverFresh({
              username: name.value.trim(),
              freshCode: fresh.value.trim(),
              newPassword: password.value,
            })
          }}
          onClose={() => (asking.value = false)}
        >
          <Bullets items={recover.freshLost} />
        </ConfirmDialog>
      )}
    </form>
  )
}
