import { lazyPage } from '../components/lazy-page.tsx'
import { Logo } from '../components/logo.tsx'
import { Heading } from '../components/heading.tsx'
import { ChatList } from '../chat/chat-list.tsx'
import { Conversation } from '../chat/conversation.tsx'
import { FindChat } from '../chat/find-chat.tsx'
import { StatusLine } from '../chat/status-line.tsx'
import { ChatDialogs } from '../keys/chat-dialogs.tsx'
import { useChatKeys } from '../keys/use-chat-keys.ts'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'

const Compare = lazyPage(async () => (await import('../chat/compare.tsx')).Compare)

interface Props {
  readonly chats: Chats
  /** Whose conversation is open, if any. */
  readonly name: string | null
  readonly comparing: boolean
}

const Nobody = () => (
  <section class="chat">
    <div />
    <div />
    <div class="empty">
      <Logo size={72} />
      <p>{t().chats.pick}</p>
    </div>
  </section>
)

const Pane = ({ chats, name, comparing }: Props) => {
  if (name === null) return <Nobody />
  const own = name === chats.messenger.profile.username
  const known = chats.conversations.value.some((conversation) => conversation.name === name)
  if (!known && !own) return <FindChat key={name} chats={chats} name={name} />
  if (comparing && !own) return <Compare key={name} chats={chats} name={name} />
  return <Conversation key={name} chats={chats} name={name} />
}

/**
 * The list of conversations and the open one: side by side, or one at a time on a narrow screen. Both are the main thing, since
 * on a narrow screen either may stand alone.
 */
export const ChatsPage = (props: Props) => {
  useChatKeys(props.chats, props.name)
  return (
    <main class="chats" data-view={props.name === null ? 'list' : 'chat'}>
      <StatusLine chats={props.chats} />
      {props.name === null && (
        <div class="hidden">
          <Heading text={t().chats.title} />
        </div>
      )}
      <ChatList chats={props.chats} current={props.name} />
      <div id={props.name === null ? undefined : 'content'} class="pane">
        <Pane {...props} />
      </div>
      <ChatDialogs chats={props.chats} current={props.name} />
    </main>
  )
}
