import { useSignal } from '@preact/signals'
import { Bullets } from '../components/bullets.tsx'
import { RecoveryCode } from '../components/recovery-code.tsx'
import { Said } from '../components/said.tsx'
import type { Chats } from '../state/chats.ts'
import { newKeys } from '../state/flows.ts'
import { settingsTexts } from '../texts/settings.ts'
import { AskPassword } from './ask-password.tsx'
import { Section } from './section.tsx'

/** New keys for the account, after saying what that costs. */
export const NewKeys = ({ chats }: { readonly chats: Chats }) => {
  const texts = settingsTexts().keys
  const asking = useSignal(false)
  const done = useSignal(false)
  const code = useSignal<string | null>(null)
  const { profile } = chats.messenger
  return (
    <Section title={texts.title} lead={texts.lead}>
      <dl class="facts small">
        <dt>{texts.present}</dt>
        <dd class="mono">{profile.fingerprint}</dd>
      </dl>
      {code.value === null ? (
        <div>
          <button type="button" class="button danger" onClick={() => (asking.value = true)}>
            {texts.submit}
          </button>
        </div>
      ) : (
        <RecoveryCode
          username={profile.username}
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
          title={texts.question}
          confirm={texts.submit}
          danger
          onPassword={async (password) => {
            done.value = false
            code.value = await newKeys(profile.username, password)
          }}
          onClose={() => (asking.value = false)}
        >
          <Bullets items={texts.lost} />
        </AskPassword>
      )}
    </Section>
  )
}
