import type { ConversationView } from '@chatnip/sdk'
import { Avatar } from '../components/avatar.tsx'
import { GroupAvatar } from '../components/group-avatar.tsx'
import { Icon } from '../components/icon.tsx'
import { Link } from '../components/link.tsx'
import { saidIn } from '../files/words.ts'
import { plainText } from '../format/rich.ts'
import { listTime } from '../format/time.ts'
import { isMuted } from '../people/standing.ts'
import { locale, t } from '../texts/index.ts'

interface Props {
  readonly conversation: ConversationView
  readonly own: boolean
  /** Whose device this is. */
  readonly username: string
  readonly current: boolean
  readonly draft: string
  readonly now: number
}

const Draft = ({ text }: { readonly text: string }) => (
  <>
    <span class="draft">{t().chats.draft}</span> {text}
  </>
)

const Preview = ({ conversation, own, draft, username }: Omit<Props, 'current' | 'now'>) => {
  const { chats, acts } = t()
  const { last, undelivered, reacted, group, name } = conversation
  /** Whose it is, where that is not plain. */
  const by = (sender: string | null): string => {
    if (own || sender === name) return ''
    return group !== null && sender !== null && sender !== username ? `${sender}: ` : `${chats.you} `
  }
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
        {by(reacted.by)}
        {acts.reactedTo(reacted.emoji, plainText(reacted.to))}
      </>
    )
  if (last === null) return <>{own ? chats.noteToSelfHint : ''}</>
  if (last.mark === 'forged') return <em>{chats.forgedPreview}</em>
  return (
    <>
      {by(last.own ? null : last.sender)}
      {last.deleted ? <em>{acts.deleted}</em> : plainText(saidIn(last))}
    </>
  )
}

/** One conversation in the list. */
export const ChatRow = ({ conversation, own, username, current, draft, now }: Props) => {
  const { chats } = t()
  const { name, group, last, unread, activeAt } = conversation
  const muted = isMuted(conversation)
  return (
    <li>
      <Link to={{ page: 'chat', name }} class="chat-row" current={current}>
        {group === null ? <Avatar name={name} /> : <GroupAvatar picture={group.picture} />}
        <span class="name">
          {own ? chats.noteToSelf : (group?.title ?? name)}
          {muted && (
            <>
              {' '}
              <Icon name="muted" size={16} />
              <span class="hidden">{chats.muted}</span>
            </>
          )}
        </span>
        {last === null ? (
          <span />
        ) : (
          <time dateTime={new Date(activeAt).toISOString()}>{listTime(locale.value, activeAt, now)}</time>
        )}
        <span class="preview" dir="auto">
          <Preview conversation={conversation} own={own} username={username} draft={draft} />
        </span>
        {unread > 0 ? (
          <span class={muted ? 'badge quiet' : 'badge'}>
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
