import { Avatar } from '../components/avatar.tsx'
import { Icon } from '../components/icon.tsx'
import { Link } from '../components/link.tsx'
import { lazyPage } from '../components/lazy-page.tsx'
import { Logo } from '../components/logo.tsx'
import { loadPeople } from '../people/load.ts'
import { isListed } from '../people/standing.ts'
import { openDialog } from '../keys/use-chat-keys.ts'
import type { Chats } from '../state/chats.ts'
import { HAS_GROUPS } from '../state/has-groups.ts'
import { t } from '../texts/index.ts'
import { ChatRow } from './chat-row.tsx'
import { OpenChat } from './open-chat.tsx'

const Requests = lazyPage(async () => (await loadPeople()).Requests)

interface Props {
  readonly chats: Chats
  readonly current: string | null
}

/** Always within reach: the conversation with oneself. */
const NoteRow = ({ name, current }: { readonly name: string; readonly current: boolean }) => {
  const texts = t().chats
  return (
    <li>
      <Link to={{ page: 'chat', name }} class="chat-row" current={current}>
        <Avatar name={name} />
        <span class="name">{texts.noteToSelf}</span>
        <span />
        <span class="preview">{texts.noteToSelfHint}</span>
      </Link>
    </li>
  )
}

/** What the app is called, and what is reached from everywhere. */
const Head = ({ username }: { readonly username: string }) => {
  const texts = t()
  return (
    <header class="side-head">
      <span class="brand">
        <Logo size={28} />
        <span>{texts.common.appName}</span>
      </span>
      {HAS_GROUPS && (
        <button
          type="button"
          class="icon-button"
          aria-label={texts.groups.make}
          onClick={() => {
            openDialog.value = 'group'
          }}
        >
          <Icon name="people" />
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={texts.search.title}
        onClick={() => {
          openDialog.value = 'search'
        }}
      >
        <Icon name="search" />
      </button>
      <Link to={{ page: 'settings' }} class="icon-button" label={texts.chats.settings}>
        <Avatar name={username} size={32} />
      </Link>
    </header>
  )
}

/** All conversations, the latest first. */
export const ChatList = ({ chats, current }: Props) => {
  const texts = t()
  const { username } = chats.messenger.profile
  const conversations = chats.conversations.value.filter(isListed)
  const isAsked = conversations.length < chats.conversations.value.length
  const now = Date.now()
  return (
    <div id={current === null ? 'content' : undefined} class="side">
      <Head username={username} />
      <OpenChat chats={chats} />
      <nav class="chat-list" aria-label={texts.chats.list}>
        {isAsked && <Requests chats={chats} current={current} />}
        <ul class="rows">
          {conversations.map((conversation) => (
            <ChatRow
              key={conversation.name}
              conversation={conversation}
              own={conversation.name === username}
              username={username}
              current={conversation.name === current}
              draft={chats.drafts.value.get(conversation.name) ?? ''}
              now={now}
            />
          ))}
          {!conversations.some(({ name }) => name === username) && (
            <NoteRow name={username} current={current === username} />
          )}
        </ul>
        {conversations.length === 0 && !isAsked && (
          <div class="empty">
            <p>{texts.chats.empty}</p>
          </div>
        )}
      </nav>
    </div>
  )
}
