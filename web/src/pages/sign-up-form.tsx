import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ChatnipError } from '@chatnip/protocol'
import { BusyButton } from '../components/busy-button.tsx'
import { Link } from '../components/link.tsx'
import { NewPasswordField } from '../components/new-password-field.tsx'
import { Said } from '../components/said.tsx'
import { TextField } from '../components/text-field.tsx'
import { useAction } from '../components/use-action.ts'
import { inviteIn } from '../format/invites.ts'
import { isUsername } from '../format/names.ts'
import { judgePassword } from '../format/passwords.ts'
import { fetchQuestion, fetchServerInfo, signUp } from '../state/flows.ts'
import type { ServerInfo } from '../state/flows.ts'
import { inviteCode } from '../state/invited.ts'
import type { Problem } from '../state/problems.ts'
import { t } from '../texts/index.ts'

export interface NewAccount {
  readonly username: string
  readonly code: string
}

interface Props {
  readonly onMade: (account: NewAccount) => void
}

/** Which refusals belong to which field; the others stand above the button. */
const FIELD_OF: Partial<Record<Problem, 'name' | 'invite' | 'puzzle'>> = {
  name_taken: 'name',
  invite_required: 'invite',
  invite_invalid: 'invite',
  maybe_bot: 'puzzle',
}

const useSignUp = ({ onMade }: Props) => {
  const name = useSignal('')
  const password = useSignal('')
  const invite = useSignal(inviteIn(location.hash) || inviteCode())
  const answer = useSignal('')
  /** Null: the browser proves by itself that nobody signs up in bulk. */
  const question = useSignal<string | null>(null)
  const workFailed = useSignal(false)
  const tried = useSignal(false)
  const info = useSignal<ServerInfo | null>(null)
  useEffect(() => {
    /** Without an answer the form is shown as for an open server, and sending it will tell. */
    fetchServerInfo().then(
      (found) => (info.value = found),
      () => undefined,
    )
  }, [info])
  const askPuzzle = async () => {
    question.value = await fetchQuestion()
    answer.value = ''
  }
  const action = useAction(async () => {
    tried.value = true
    if (!isUsername(name.value) || judgePassword(password.value).kind !== 'good') return
    const proof = question.value === null ? 'work' : { question: question.value, answer: answer.value.trim() }
    try {
      const code = await signUp({
        username: name.value,
        password: password.value,
        proof,
        invite: invite.value.trim(),
      })
      onMade({ username: name.value, code })
    } catch (error) {
      if (error instanceof ChatnipError && error.code === 'maybe_bot') await askPuzzle()
      if (!(error instanceof ChatnipError && error.code === 'proof_invalid')) throw error
      workFailed.value = true
      await askPuzzle()
    }
  })
  return { name, password, invite, answer, question, workFailed, tried, info, askPuzzle, action }
}

const Puzzle = ({ form, error }: { readonly form: ReturnType<typeof useSignUp>; readonly error: string | null }) => {
  const { signUp: texts } = t()
  const ask = useAction(form.askPuzzle)
  if (form.question.value === null)
    return (
      <p class="hint">
        {texts.work}{' '}
        <button type="button" class="link" onClick={ask.run}>
          {texts.usePuzzle}
        </button>
      </p>
    )
  return (
    <div class="stack tight">
      {form.workFailed.value && <Said kind="warn">{texts.workFailed}</Said>}
      <TextField
        label={`${texts.puzzle}: ${form.question.value}`}
        value={form.answer}
        hint={texts.puzzleHint}
        error={error}
        exact
      />
      <div>
        <button type="button" class="link small" onClick={() => (form.question.value = null)}>
          {texts.useWork}
        </button>
      </div>
    </div>
  )
}

/** The form of the sign-up page. */
export const SignUpForm = (props: Props) => {
  const { signUp: texts, common, errors, welcome } = t()
  const form = useSignUp(props)
  const { name, password, invite, tried, info, action } = form
  const problem = action.problem.value
  const field = problem === null ? undefined : FIELD_OF[problem]
  const errorAt = (place: typeof field) => (problem !== null && field === place ? errors[problem] : null)
  const nameError = () => {
    if (!tried.value) return null
    if (name.value === '') return common.needed
    return isUsername(name.value) ? errorAt('name') : texts.nameBad
  }
  if (info.value?.signup === 'closed') return <Said kind="warn">{texts.closed}</Said>
  const asksInvite = info.value?.signup === 'invite' || field === 'invite' || invite.value !== ''
  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        action.run()
      }}
    >
      <TextField
        label={texts.name}
        value={name}
        hint={texts.nameHint}
        error={nameError()}
        name="username"
        autocomplete="username"
        maxLength={32}
        exact
      />
      <NewPasswordField label={texts.password} value={password} tried={tried.value} />
      {asksInvite && (
        <TextField label={texts.invite} value={invite} hint={texts.inviteHint} error={errorAt('invite')} exact />
      )}
      {!asksInvite && <Puzzle form={form} error={errorAt('puzzle')} />}
      {problem !== null && field === undefined && <Said kind="bad">{errors[problem]}</Said>}
      <BusyButton busy={action.busy.value} busyText={texts.making} wide>
        {texts.submit}
      </BusyButton>
      <p class="muted">
        {texts.haveAccount} <Link to={{ page: 'logIn' }}>{welcome.logIn}</Link>
      </p>
    </form>
  )
}
