import { useSignal } from '@preact/signals'
import { BusyButton } from '../components/busy-button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { PasswordField } from '../components/password-field.tsx'
import { useAction } from '../components/use-action.ts'
import type { Chats } from '../state/chats.ts'
import { signInAgain } from '../state/session.ts'
import { t } from '../texts/index.ts'

/** The session ended while somebody was writing: the password, and everything goes on where it was. */
export const SignInAgain = ({ chats, onClose }: { readonly chats: Chats; readonly onClose: () => void }) => {
  const texts = t()
  const { username } = chats.messenger.profile
  const password = useSignal('')
  const action = useAction(async () => {
    await signInAgain(password.value)
    onClose()
  })
  const problem = action.problem.value
  return (
    <Dialog title={texts.status.signInTitle} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          action.run()
        }}
      >
        <p>{texts.status.signInLead(username)}</p>
        <input
          class="hidden"
          type="text"
          name="username"
          autocomplete="username"
          value={username}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <PasswordField
          label={texts.common.password}
          value={password}
          error={problem === null ? null : texts.errors[problem]}
          autocomplete="current-password"
        />
        <BusyButton busy={action.busy.value} busyText={texts.logIn.opening} wide>
          {texts.status.signIn}
        </BusyButton>
      </form>
    </Dialog>
  )
}
