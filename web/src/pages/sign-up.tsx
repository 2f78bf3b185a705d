import { useSignal } from '@preact/signals'
import { Heading } from '../components/heading.tsx'
import { PageFrame } from '../components/page-frame.tsx'
import { RecoveryCode } from '../components/recovery-code.tsx'
import { navigate } from '../router.ts'
import { enter, takeWish } from '../state/session.ts'
import { t } from '../texts/index.ts'
import { SignUpForm } from './sign-up-form.tsx'
import type { NewAccount } from './sign-up-form.tsx'

/** Name, password, recovery code: half a minute. */
export const SignUpPage = () => {
  const { signUp, recoveryCode } = t()
  const made = useSignal<NewAccount | null>(null)
  if (made.value === null)
    return (
      <PageFrame>
        <Heading key="form" text={signUp.title} />
        <p class="muted">{signUp.lead}</p>
        <SignUpForm onMade={(account) => (made.value = account)} />
      </PageFrame>
    )
  const { username, code } = made.value
  const done = async () => {
    await enter(username)
    navigate(takeWish() ?? { page: 'chats' }, { replace: true })
  }
  return (
    <PageFrame>
      <Heading key="code" text={recoveryCode.title} />
      <RecoveryCode username={username} code={code} onDone={() => void done()} />
    </PageFrame>
  )
}
