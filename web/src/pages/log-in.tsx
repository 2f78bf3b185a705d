import { useSignal } from '@preact/signals'
import { Heading } from '../components/heading.tsx'
import { BusyButton } from '../components/busy-button.tsx'
import { Link } from '../components/link.tsx'
import { PageFrame } from '../components/page-frame.tsx'
import { PasswordField } from '../components/password-field.tsx'
import { Said } from '../components/said.tsx'
import { TextField } from '../components/text-field.tsx'
import { useAction } from '../components/use-action.ts'
import { navigate } from '../router.ts'
import { logIn } from '../state/flows.ts'
import { enter, farewell, lastUsername, takeWish } from '../state/session.ts'
import { t } from '../texts/index.ts'
import { KeysMissing } from './keys-missing.tsx'

/** Log-in, on the browser where one signed up or on any other. */
export const LogInPage = () => {
  const { logIn: texts, common, errors, welcome } = t()
  const name = useSignal(lastUsername())
  const password = useSignal('')
  const tried = useSignal(false)
  const keysMissing = useSignal(false)
  const goOn = async (username: string) => {
    await enter(username)
    navigate(takeWish() ?? { page: 'chats' }, { replace: true })
  }
  const action = useAction(async () => {
    tried.value = true
    const username = name.value.trim()
    if (username === '' || password.value === '') return
    const result = await logIn({ username, password: password.value })
    if (result.outcome === 'keys missing') keysMissing.value = true
    else await goOn(result.username)
  })
  if (keysMissing.value)
    return (
      <PageFrame>
        <KeysMissing username={name.value.trim()} onDone={goOn} />
      </PageFrame>
    )
  const problem = action.problem.value
  return (
    <PageFrame>
      <Heading text={texts.title} />
      {farewell.value !== null && <Said>{farewell.value}</Said>}
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          action.run()
        }}
      >
        <TextField
          label={common.username}
          value={name}
          error={tried.value && name.value.trim() === '' ? common.needed : null}
          name="username"
          autocomplete="username"
          maxLength={32}
          exact
        />
        <PasswordField
          label={common.password}
          value={password}
          error={tried.value && password.value === '' ? common.needed : null}
          autocomplete="current-password"
        />
        {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
        <BusyButton busy={action.busy.value} busyText={texts.opening} wide>
          {texts.submit}
        </BusyButton>
        <p>
          <Link to={{ page: 'recover' }}>{texts.forgot}</Link>
        </p>
        <p class="muted">
          {texts.noAccount} <Link to={{ page: 'signUp' }}>{welcome.signUp}</Link>
        </p>
      </form>
    </PageFrame>
  )
}
