import type { ConversationView } from '@chatnip/sdk'
import { Avatar } from '../components/avatar.tsx'
import { Icon } from '../components/icon.tsx'
import { Link } from '../components/link.tsx'
import { plainText } from '../format/rich.ts'
import { listTime } from '../format/time.ts'
import { locale, t } from '../texts/index.ts'

interface Props {
  readonly conversation: ConversationView
  readonly own: boolean
  readonly current: boolean
  readonly draft: string
  readonly now: number
}

const Draft = ({ text }: { readonly text: string }) => (
  <>
    <span class="draft">{t().chats.draft}</span> {text}
  </>
)

const Preview = ({ conversation, own, draft }: Pick<Props, 'conversation' | 'own' | 'draft'>) => {
  const { chats, acts } = t()
  const { last, undelivered, reacted } = conversation
  if (undelivered > 0)
    return (
      <span class="undelivered">
        <Icon name="warning" size={16} /> {chats.undelivered(undelivered)}
      </span>
    )
  if (draft !== '') return <Draft text={draft} />
  if (reacted !== null)
    return (
      <>
        {reacted.by !== conversation.name && !own && `${chats.you} `}
        {acts.reactedTo(reacted.emoji, plainText(reacted.to))}
      </>
    )
  if (last === null) return <>{own ? chats.noteToSelfHint : ''}</>
  if (last.mark === 'forged') return <em>{chats.forgedPreview}</em>
  return (
    <>
      {last.own && !own && `${chats.you} `}
      {last.deleted ? <em>{acts.deleted}</em> : plainText(last.text)}
    </>
  )
}

/** One conversation in the list. */
export const ChatRow = ({ conversation, own, current, draft, now }: Props) => {
  const { chats } = t()
  const { name, last, unread, activeAt } = conversation
  return (
    <li>
      <Link to={{ page: 'chat', name }} class="chat-row" current={current}>
        <Avatar name={name} />
        <span class="name">{own ? chats.noteToSelf : name}</span>
        {last === null ? (
          <span />
        ) : (
          <time dateTime={new Date(activeAt).toISOString()}>{listTime(locale.value, activeAt, now)}</time>
        )}
        <span class="preview" dir="auto">
          <Preview conversation={conversation} own={own} draft={draft} />
        </span>
        {unread > 0 ? (
          <span class="badge">
            <span aria-hidden="true">{unread > 999 ? '999+' : unread}</span>
            <span class="hidden">{chats.unread(unread)}</span>
          </span>
        ) : (
          <span />
        )}
      </Link>
    </li>
  )
}
