import { useSignal } from '@preact/signals'
import { Bullets } from '../components/bullets.tsx'
import { navigate } from '../router.ts'
import { deleteAccount } from '../state/flows.ts'
import { sayFarewell } from '../state/session.ts'
import { settingsTexts } from '../texts/settings.ts'
import { AskPassword } from './ask-password.tsx'
import { Section } from './section.tsx'

/** The end of an account. */
export const DeleteAccount = ({ username }: { readonly username: string }) => {
  const texts = settingsTexts().remove
  const asking = useSignal(false)
  return (
    <Section title={texts.title} lead={texts.lead}>
      <div>
        <button type="button" class="button danger" onClick={() => (asking.value = true)}>
          {texts.submit}
        </button>
      </div>
      {asking.value && (
        <AskPassword
          title={texts.question}
          confirm={texts.confirm}
          danger
          onPassword={async (password) => {
            await deleteAccount(username, password)
            sayFarewell(texts.done)
            navigate({ page: 'logIn' })
          }}
          onClose={() => (asking.value = false)}
        >
          <Bullets items={texts.lost} />
        </AskPassword>
      )}
    </Section>
  )
}
