import { useSignal } from '@preact/signals'
import { BusyButton } from '../components/busy-button.tsx'
import { NewPasswordField } from '../components/new-password-field.tsx'
import { PasswordField } from '../components/password-field.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { judgePassword } from '../format/passwords.ts'
import { changePassword } from '../state/flows.ts'
import { t } from '../texts/index.ts'
import { settingsTexts } from '../texts/settings.ts'
import { Section } from './section.tsx'

/** A new password. The keys stay, locked anew. */
export const Password = ({ username }: { readonly username: string }) => {
  const { common, errors } = t()
  const settings = settingsTexts()
  const texts = settings.password
  const old = useSignal('')
  const fresh = useSignal('')
  const tried = useSignal(false)
  const done = useSignal(false)
  const action = useAction(async () => {
    tried.value = true
    done.value = false
    if (old.value === '' || judgePassword(fresh.value).kind !== 'good') return
    await changePassword(username, old.value, fresh.value)
    old.value = ''
    fresh.value = ''
    tried.value = false
    done.value = true
  })
  const problem = action.problem.value
  const needed = (text: string) => (tried.value && text === '' ? common.needed : null)
  return (
    <Section title={texts.title}>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          action.run()
        }}
      >
        <PasswordField
          label={texts.old}
          value={old}
          error={problem === 'wrong_password' ? errors.wrong_password : needed(old.value)}
          autocomplete="current-password"
        />
        <NewPasswordField label={texts.fresh} value={fresh} tried={tried.value} />
        {problem !== null && problem !== 'wrong_password' && <Said kind="bad">{errors[problem]}</Said>}
        <div>
          <BusyButton busy={action.busy.value} kind="plain">
            {texts.submit}
          </BusyButton>
        </div>
        {done.value && <Said>{texts.done}</Said>}
      </form>
    </Section>
  )
}
