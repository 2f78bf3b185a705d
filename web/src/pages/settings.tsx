import { Avatar } from '../components/avatar.tsx'
import { Heading } from '../components/heading.tsx'
import { PageHead } from '../components/page-head.tsx'
import { lazyPage } from '../components/lazy-page.tsx'
import { LanguageChoice } from '../components/language-choice.tsx'
import { loadPeople } from '../people/load.ts'
import { DeleteAccount } from '../settings/delete-account.tsx'
import { Devices } from '../settings/devices.tsx'
import { History } from '../settings/history.tsx'
import { Install } from '../settings/install.tsx'
import { Invite } from '../settings/invite.tsx'
import { Known } from '../settings/known.tsx'
import { LogOut } from '../settings/log-out.tsx'
import { NewCode } from '../settings/new-code.tsx'
import { NewKeys } from '../settings/new-keys.tsx'
import { Notifications } from '../settings/notifications.tsx'
import { Password } from '../settings/password.tsx'
import { Picture } from '../settings/picture.tsx'
import { Receipts } from '../settings/receipts.tsx'
import { Section } from '../settings/section.tsx'
import type { Chats } from '../state/chats.ts'
import { settingsTexts } from '../texts/settings.ts'

const Blocked = lazyPage(async () => (await loadPeople()).Blocked)

/** Everything about the account and this browser. */
export const SettingsPage = ({ chats }: { readonly chats: Chats }) => {
  const settings = settingsTexts()
  const { username } = chats.messenger.profile
  return (
    <div class="page">
      <main id="content" class="page-main wide">
        <PageHead back={{ page: 'chats' }}>
          <Avatar name={username} />
          <div>
            <Heading text={settings.title} />
            <p class="muted">{settings.account(username)}</p>
          </div>
        </PageHead>
        <Picture username={username} />
        <Invite chats={chats} />
        <Section title={settings.language.title} lead={settings.language.lead}>
          <LanguageChoice labelled={false} />
        </Section>
        <Password username={username} />
        <NewCode username={username} />
        <Devices chats={chats} />
        <NewKeys chats={chats} />
        <Notifications />
        <Receipts chats={chats} />
        <Blocked chats={chats} />
        <Install />
        <History chats={chats} />
        <Known />
        <LogOut chats={chats} />
        <DeleteAccount username={username} />
      </main>
    </div>
  )
}
