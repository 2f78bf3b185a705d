import { render } from 'preact'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/pages.css'
import './styles/chats.css'
import './styles/messages.css'
import './styles/files.css'
import { App } from './app.tsx'
import { InsecurePage } from './pages/insecure.tsx'
import { startRouter } from './router.ts'
import { startInstall } from './state/install.ts'
import { startNotices } from './state/notices.ts'
import { session, startSession } from './state/session.ts'
import { startShared } from './state/shared.ts'
import { startBadge, startTitle } from './state/title.ts'
import { startVersion } from './state/version.ts'
import { startVisibility } from './state/visible.ts'
import { startLanguage } from './texts/index.ts'

const nudge = () => {
  if (session.value.kind === 'in') session.value.chats.messenger.nudge()
}

const start = async (root: HTMLElement): Promise<void> => {
  startRouter()
  startShared()
  startVersion()
  startInstall()
  const secure = 'subtle' in crypto && 'locks' in navigator
  if (secure) startSession()
  await startLanguage()
  startTitle()
  startBadge()
  startVisibility(nudge)
  startNotices()
  render(secure ? <App /> : <InsecurePage />, root)
}

const root = document.getElementById('app')
if (root !== null) void start(root)
