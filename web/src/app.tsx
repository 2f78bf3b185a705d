import { useSignalEffect } from '@preact/signals'
import { Heading } from './components/heading.tsx'
import { lazyPage } from './components/lazy-page.tsx'
import { NewVersion } from './components/new-version.tsx'
import { PageFrame } from './components/page-frame.tsx'
import { Said } from './components/said.tsx'
import { ChatsPage } from './pages/chats.tsx'
import { LostPage } from './pages/lost.tsx'
import { WelcomePage } from './pages/welcome.tsx'
import { navigate, route } from './router.ts'
import type { Route } from './router.ts'
import type { Chats } from './state/chats.ts'
import { session, wishFor } from './state/session.ts'
import type { Session } from './state/session.ts'
import { t } from './texts/index.ts'

const AboutPage = lazyPage(async () => (await import('./pages/about.tsx')).AboutPage, PageFrame)
const SignUpPage = lazyPage(async () => (await import('./pages/sign-up.tsx')).SignUpPage, PageFrame)
const LogInPage = lazyPage(async () => (await import('./pages/log-in.tsx')).LogInPage, PageFrame)
const RecoverPage = lazyPage(async () => (await import('./pages/recover.tsx')).RecoverPage, PageFrame)
const InvitePage = lazyPage(async () => (await import('./pages/invite.tsx')).InvitePage, PageFrame)
const SettingsPage = lazyPage(async () => (await import('./pages/settings.tsx')).SettingsPage, PageFrame)
const KnownPage = lazyPage(async () => (await import('./pages/known.tsx')).KnownPage, PageFrame)

const INSIDE: readonly Route['page'][] = ['chats', 'chat', 'compare', 'settings', 'known']

/** Where somebody belongs who is at `at`, or null when that is right. */
export const redirect = (at: Route, kind: Session['kind']): Route | null => {
  if (kind === 'out' && INSIDE.includes(at.page)) return { page: 'logIn' }
  if (kind === 'in' && ['welcome', 'logIn', 'signUp'].includes(at.page)) return { page: 'chats' }
  return null
}

const Inside = ({ at, chats }: { readonly at: Route; readonly chats: Chats }) => {
  if (at.page === 'settings') return <SettingsPage chats={chats} />
  if (at.page === 'known') return <KnownPage chats={chats} />
  const name = at.page === 'chat' || at.page === 'compare' ? at.name : null
  return <ChatsPage chats={chats} name={name} comparing={at.page === 'compare'} />
}

const Outside = ({ at }: { readonly at: Route }) => {
  switch (at.page) {
    case 'about':
      return <AboutPage />
    case 'signUp':
      return <SignUpPage />
    case 'logIn':
      return <LogInPage />
    case 'recover':
      return <RecoverPage />
    case 'lost':
      return <LostPage />
    case 'invite':
      return <InvitePage />
    case 'welcome':
    case 'chats':
    case 'chat':
    case 'compare':
    case 'settings':
    case 'known':
      return <WelcomePage />
  }
}

/** What lies in this browser could not be opened: nothing is deleted, another attempt may do. */
const Failed = ({ text }: { readonly text: string }) => (
  <PageFrame>
    <Heading text={t().common.notLoaded} />
    <Said kind="bad">{text}</Said>
    <button
      type="button"
      class="button main"
      onClick={() => {
        location.reload()
      }}
    >
      {t().common.reload}
    </button>
  </PageFrame>
)

const Page = () => {
  const at = route.value
  const now = session.value
  const inside = INSIDE.includes(at.page)
  if (now.kind === 'in' && inside) return <Inside at={at} chats={now.chats} />
  if (now.kind === 'failed') return <Failed text={t().errors[now.problem]} />
  /** Nothing is drawn for the moment that it takes to look into the browser's storage. */
  if (redirect(at, now.kind) !== null || inside || (now.kind === 'starting' && at.page === 'welcome')) return null
  return <Outside at={at} />
}

/** The page for where one is and who one is. */
export const App = () => {
  useSignalEffect(() => {
    const to = redirect(route.value, session.value.kind)
    if (to === null) return
    if (to.page === 'logIn' && route.value.page !== 'chats') wishFor(route.value)
    navigate(to, { replace: true })
  })
  return (
    <>
      <a class="skip" href="#content">
        {t().common.skipToContent}
      </a>
      <NewVersion />
      <Page />
    </>
  )
}
