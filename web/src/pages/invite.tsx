import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { BusyButton } from '../components/busy-button.tsx'
import { Heading } from '../components/heading.tsx'
import { Link } from '../components/link.tsx'
import { PageFrame } from '../components/page-frame.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { readInvitation } from '../format/invitation.ts'
import type { Invitation } from '../format/invitation.ts'
import { acceptInvitation } from '../invite/accept.ts'
import { navigate } from '../router.ts'
import type { Chats } from '../state/chats.ts'
import { takenUp, takeUp } from '../state/invited.ts'
import { session } from '../state/session.ts'
import { t } from '../texts/index.ts'
import { inviteTexts } from '../texts/invite.ts'

/** Nobody is signed in here: they sign up or log in first, and then it goes on by itself. */
const Guest = ({ invitation }: { readonly invitation: Invitation }) => {
  const texts = inviteTexts()
  const go = (page: 'signUp' | 'logIn') => () => {
    takeUp(invitation)
    navigate({ page })
  }
  return (
    <>
      <p>{texts.about}</p>
      <div class="stack">
        <button type="button" class="button main wide" onClick={go('signUp')}>
          {texts.signUp}
        </button>
        <button type="button" class="button wide" onClick={go('logIn')}>
          {texts.logIn}
        </button>
      </div>
    </>
  )
}

interface MemberProps {
  readonly chats: Chats
  readonly invitation: Invitation
  /** Taken up before they signed in: nobody has to be asked again. */
  readonly isTaken: boolean
}

const Member = ({ chats, invitation, isTaken }: MemberProps) => {
  const texts = inviteTexts()
  const { by } = invitation
  /** Whose key it is not. */
  const wrong = useSignal<string | null>(null)
  const action = useAction(async () => {
    const { name, isVerified } = await acceptInvitation(chats, invitation)
    if (isVerified) navigate({ page: 'chat', name }, { replace: true })
    else wrong.value = name
  })
  useEffect(() => {
    if (isTaken) action.run()
  }, [isTaken])
  const problem = action.problem.value
  const name = wrong.value
  if (name !== null)
    return (
      <>
        <Said kind="bad">{texts.wrongKey(name)}</Said>
        <Link to={{ page: 'chat', name }} class="button">
          {texts.anyway}
        </Link>
        <Link to={{ page: 'chats' }}>{texts.toChats}</Link>
      </>
    )
  return (
    <>
      <p>{texts.signedIn(by, chats.messenger.profile.username)}</p>
      {problem !== null && <Said kind="bad">{t().errors[problem]}</Said>}
      <BusyButton busy={action.busy.value} busyText={texts.opening} wide onPress={action.run}>
        {texts.open(by)}
      </BusyButton>
      <Link to={{ page: 'chats' }}>{texts.toChats}</Link>
    </>
  )
}

/** Whoever follows an invitation: new here, known here, or the one who made it. */
export const InvitePage = () => {
  const texts = inviteTexts()
  const now = session.value
  const taken = useMemo(() => takenUp(), [])
  const invitation = taken ?? readInvitation(location.hash)
  const chats = now.kind === 'in' ? now.chats : null
  const isOwn = invitation !== null && chats?.messenger.profile.username.toLowerCase() === invitation.by.toLowerCase()
  if (now.kind === 'starting') return null
  return (
    <PageFrame>
      <Heading text={invitation === null || isOwn ? texts.pageTitle : texts.invites(invitation.by)} />
      {invitation === null && <Said kind="bad">{texts.broken}</Said>}
      {isOwn && <p>{texts.own}</p>}
      {(invitation === null || isOwn) && (
        <Link to={{ page: chats === null ? 'welcome' : 'chats' }} class="button">
          {chats === null ? texts.toStart : texts.toChats}
        </Link>
      )}
      {invitation !== null && chats === null && <Guest invitation={invitation} />}
      {invitation !== null && chats !== null && !isOwn && (
        <Member chats={chats} invitation={invitation} isTaken={taken !== null} />
      )}
    </PageFrame>
  )
}
