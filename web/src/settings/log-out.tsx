import { useSignal } from '@preact/signals'
import { BusyButton } from '../components/busy-button.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { navigate } from '../router.ts'
import type { Chats } from '../state/chats.ts'
import { logOut } from '../state/flows.ts'
import { t } from '../texts/index.ts'
import { settingsTexts } from '../texts/settings.ts'
import { Section } from './section.tsx'

/** Log out: keeping what is here, encrypted, or forgetting it. */
export const LogOut = ({ chats }: { readonly chats: Chats }) => {
  const { errors } = t()
  const settings = settingsTexts()
  const texts = settings.leave
  const asking = useSignal(false)
  const leave = async (forget: boolean) => {
    await logOut(chats.messenger.profile.username, { forget })
    navigate({ page: 'welcome' })
  }
  const action = useAction(() => leave(false))
  const waiting = chats.waiting.value
  return (
    <Section title={texts.title} lead={texts.lead}>
      <div class="row">
        <BusyButton busy={action.busy.value} kind="plain" onPress={action.run}>
          {texts.submit}
        </BusyButton>
        <button type="button" class="button danger" onClick={() => (asking.value = true)}>
          {texts.forget}
        </button>
      </div>
      {action.problem.value !== null && <Said kind="bad">{errors[action.problem.value]}</Said>}
      {asking.value && (
        <ConfirmDialog
          title={texts.forgetQuestion}
          confirm={texts.forget}
          onConfirm={() => leave(true)}
          onClose={() => (asking.value = false)}
        >
          <p>{texts.forgetText}</p>
          {waiting > 0 && <p class="error">{texts.waiting(waiting)}</p>}
        </ConfirmDialog>
      )}
    </Section>
  )
}
