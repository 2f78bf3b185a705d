import { useSignal } from '@preact/signals'
import { RecoveryCode } from '../components/recovery-code.tsx'
import { Said } from '../components/said.tsx'
import { newRecoveryCode } from '../state/flows.ts'
import { settingsTexts } from '../texts/settings.ts'
import { AskPassword } from './ask-password.tsx'
import { Section } from './section.tsx'

/** Another recovery code in place of the old one. */
export const NewCode = ({ username }: { readonly username: string }) => {
  const texts = settingsTexts().recovery
  const asking = useSignal(false)
  const code = useSignal<string | null>(null)
  const done = useSignal(false)
  return (
    <Section title={texts.title} lead={texts.lead}>
      {code.value === null ? (
        <div>
          <button type="button" class="button" onClick={() => (asking.value = true)}>
            {texts.submit}
          </button>
        </div>
      ) : (
        <RecoveryCode
          username={username}
          code={code.value}
          onDone={() => {
            code.value = null
            done.value = true
          }}
        />
      )}
      {done.value && <Said>{texts.done}</Said>}
      {asking.value && (
        <AskPassword
          title={texts.title}
          confirm={texts.submit}
          danger={false}
          onPassword={async (password) => {
            done.value = false
            code.value = await newRecoveryCode(username, password)
          }}
          onClose={() => (asking.value = false)}
        >
          <p>{texts.lead}</p>
        </AskPassword>
      )}
    </Section>
  )
}
