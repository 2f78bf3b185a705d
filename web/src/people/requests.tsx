import type { ConversationView } from '@chatnip/sdk'
import { Avatar } from '../components/avatar.tsx'
import { Link } from '../components/link.tsx'
import { listTime } from '../format/time.ts'
import type { Chats } from '../state/chats.ts'
import { locale } from '../texts/index.ts'
import { peopleTexts } from '../texts/people.ts'

interface Props {
  readonly chats: Chats
  readonly current: string | null
}

/** A stranger: their name, and nothing that they chose themselves. */
const Row = ({ request, current }: { readonly request: ConversationView; readonly current: boolean }) => {
  const { name, activeAt } = request
  return (
    <li>
      <Link to={{ page: 'chat', name }} class="chat-row" current={current}>
        <Avatar name={name} drawn />
        <span class="name">{name}</span>
        <time dateTime={new Date(activeAt).toISOString()}>{listTime(locale.value, activeAt, Date.now())}</time>
        <span class="preview">{peopleTexts().wouldLike}</span>
        <span />
      </Link>
    </li>
  )
}

/** Whoever would like to write, behind one line. Open while one of them is on the screen. */
export const Requests = ({ chats, current }: Props) => {
  const requests = chats.conversations.value.filter(({ standing }) => standing === 'asks')
  const isAmong = requests.some(({ name }) => name === current)
  if (requests.length === 0) return null
  return (
    <details class="requests" open={isAmong}>
      <summary>{peopleTexts().requests(requests.length)}</summary>
      <ul class="rows">
        {requests.map((request) => (
          <Row key={request.name} request={request} current={request.name === current} />
        ))}
      </ul>
    </details>
  )
}
