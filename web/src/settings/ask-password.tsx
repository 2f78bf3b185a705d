import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { BusyButton } from '../components/busy-button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { PasswordField } from '../components/password-field.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { t } from '../texts/index.ts'
import { settingsTexts } from '../texts/settings.ts'

interface Props {
  readonly title: string
  readonly confirm: string
  readonly danger: boolean
  readonly onPassword: (password: string) => Promise<void>
  readonly onClose: () => void
  readonly children?: ComponentChildren
}

/** Asks for the password before something that only the owner may do, and says what it costs. */
export const AskPassword = ({ title, confirm, danger, onPassword, onClose, children }: Props) => {
  const { common, errors } = t()
  const settings = settingsTexts()
  const password = useSignal('')
  const tried = useSignal(false)
  const action = useAction(async () => {
    tried.value = true
    if (password.value === '') return
    await onPassword(password.value)
    onClose()
  })
  const problem = action.problem.value
  const wrong = problem === 'wrong_password' || problem === 'wrong_login'
  const empty = tried.value && password.value === ''
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          action.run()
        }}
      >
        {children}
        <PasswordField
          label={settings.password.old}
          value={password}
          error={wrong ? errors.wrong_password : empty ? common.needed : null}
          autocomplete="current-password"
        />
        {problem !== null && !wrong && <Said kind="bad">{errors[problem]}</Said>}
        <div class="row end">
          <button type="button" class="button" onClick={onClose}>
            {common.cancel}
          </button>
          <BusyButton busy={action.busy.value} kind={danger ? 'danger main' : 'main'}>
            {confirm}
          </BusyButton>
        </div>
      </form>
    </Dialog>
  )
}
