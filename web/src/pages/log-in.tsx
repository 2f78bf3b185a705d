import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Heading } from '../components/heading.tsx'
import { BusyButton } from '../components/busy-button.tsx'
import { Link } from '../components/link.tsx'
import { PageFrame } from '../components/page-frame.tsx'
import { PasswordField } from '../components/password-field.tsx'
import { Said } from '../components/said.tsx'
import { UsernameField } from '../components/username-field.tsx'
import { useAction } from '../components/use-action.ts'
import { navigate } from '../router.ts'
import { logIn } from '../state/flows.ts'
import { enter, farewell, lastUsername, sayFarewell, takeWish } from '../state/session.ts'
import { t } from '../texts/index.ts'
import { KeysMissing } from './keys-missing.tsx'

const goOn = async (username: string): Promise<void> => {
  await enter(username)
  navigate(takeWish() ?? { page: 'chats' }, { replace: true })
}

interface FormProps {
  readonly name: Signal<string>
  readonly onKeysMissing: () => void
}

const LogInForm = ({ name, onKeysMissing }: FormProps) => {
  const { logIn: texts, common, errors } = t()
  const password = useSignal('')
  const tried = useSignal(false)
  const action = useAction(async () => {
    tried.value = true
    const username = name.value.trim()
    if (username === '' || password.value === '') return
    const result = await logIn({ username, password: password.value })
    if (result.outcome === 'keys missing') onKeysMissing()
    else await goOn(result.username)
  })
  const problem = action.problem.value
  const neededFor = (text: string) => (tried.value && text.trim() === '' ? common.needed : null)
  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        action.run()
      }}
    >
      <UsernameField value={name} error={neededFor(name.value)} />
      <PasswordField
        label={common.password}
        value={password}
        error={neededFor(password.value)}
        autocomplete="current-password"
      />
      {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
      <BusyButton busy={action.busy.value} busyText={texts.opening} wide>
        {texts.submit}
      </BusyButton>
    </form>
  )
}

/** Log-in, on the browser where one signed up or on any other. */
export const LogInPage = () => {
  const { logIn: texts, welcome } = t()
  const name = useSignal(lastUsername())
  const keysMissing = useSignal(false)
  useEffect(
    () => () => {
      sayFarewell(null)
    },
    [],
  )
  if (keysMissing.value)
    return (
      <PageFrame>
        <KeysMissing username={name.value.trim()} onDone={(username) => void goOn(username)} />
      </PageFrame>
    )
  return (
    <PageFrame>
      <Heading text={texts.title} />
      {farewell.value !== null && <Said>{farewell.value}</Said>}
      <LogInForm name={name} onKeysMissing={() => (keysMissing.value = true)} />
      <p>
        <Link to={{ page: 'recover' }}>{texts.forgot}</Link>
      </p>
      <p class="muted">
        {texts.noAccount} <Link to={{ page: 'signUp' }}>{welcome.signUp}</Link>
      </p>
    </PageFrame>
  )
}
