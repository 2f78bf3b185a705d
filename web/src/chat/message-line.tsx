import type { Messenger, MessageView } from '@chatnip/sdk'
import { useId } from 'preact/hooks'
import { lazyPage } from '../components/lazy-page.tsx'
import { carriedWords } from '../files/words.ts'
import { t } from '../texts/index.ts'
import type { MessageActs } from './acts.ts'
import { MessageBar } from './message-actions.tsx'
import { MessageFoot } from './message-foot.tsx'
import { MessageText } from './message-text.tsx'
import { Quote } from './quote.tsx'
import { Reactions } from './reactions.tsx'
import { Trouble } from './trouble.tsx'

const MessageFiles = lazyPage(async () => (await import('../files/message-files.tsx')).MessageFiles)

export interface MessageActions {
  readonly messenger: Messenger
  readonly acts: MessageActs
  readonly onDetails: (message: MessageView) => void
  readonly onRetry: (message: MessageView) => void
  readonly onDiscard: (message: MessageView) => void
}

interface Props extends MessageActions {
  readonly lineKey: string
  readonly message: MessageView
  /** Whose device this is. */
  readonly own: string
  readonly first: boolean
  readonly last: boolean
  /** Whether Tab stops here; inside the log the arrow keys lead on. */
  readonly tabStop: boolean
  /** The focus is in it: what belongs to it is reached by Tab as well. */
  readonly active: boolean
  /** The pointer is on it. */
  readonly hovered: boolean
}

const classes = ({ message, first, last }: Props): string =>
  [
    'message',
    message.own ? 'own' : 'other',
    first ? 'first' : '',
    last ? 'last' : '',
    message.state === 'failed' || message.state === 'expired' ? 'failed' : '',
  ]
    .filter((name) => name !== '')
    .join(' ')

const Words = ({
  message,
  id,
  isPlain,
}: {
  readonly message: MessageView
  readonly id: string
  readonly isPlain: boolean
}) => {
  const { chat, acts } = t()
  const { mark, deleted, text, act } = message
  if (mark !== 'forged' && !deleted && act === null) return <MessageText text={text} id={id} isPlain={isPlain} />
  const said = deleted ? acts.deleted : chat.mark.forged
  return (
    <span class="text not-shown" id={id}>
      {act === null ? said : acts.unsent[act](text)}
    </span>
  )
}

/** Whose it is: said of every message, and in a group of many seen above the first of somebody's. */
const Who = ({ id, message, seen }: { readonly id: string; readonly message: MessageView; readonly seen: boolean }) => (
  <>
    <span class="hidden" id={id}>
      {message.own ? t().chat.own : message.sender}:{' '}
    </span>
    {seen && !message.own && message.sender !== message.conversation && (
      <span class="sender" aria-hidden="true">
        {message.sender}
      </span>
    )}
  </>
)

/** What it carries, and how that is said. */
const Carried = ({
  id,
  messenger,
  message,
  active,
  isPlain,
}: Pick<Props, 'messenger' | 'message' | 'active'> & { readonly id: string; readonly isPlain: boolean }) =>
  message.files.length > 0 && (
    <>
      <span class={isPlain ? 'text not-shown' : 'hidden'} id={id}>
        {carriedWords(message)}{' '}
      </span>
      {!isPlain && <MessageFiles messenger={messenger} message={message} tabStop={active} />}
    </>
  )

const UNSETTLED: ReadonlySet<string> = new Set(['waiting', 'failed', 'expired'])

/** One message in the log. */
export const MessageLine = (props: Props) => {
  const { lineKey, message, own, first, last, tabStop, active, hovered, acts, onDetails, onRetry, onDiscard } = props
  const { quote } = message
  const id = useId()
  const troubled = message.mark !== null && message.mark !== 'verified'
  const settled = !UNSETTLED.has(message.state ?? '')
  const bare = message.reactions.length === 0 && message.edited === null
  return (
    <li
      class={classes(props)}
      data-key={lineKey}
      data-id={message.id}
      data-mark={message.mark}
      data-state={message.state}
    >
      <article
        class={troubled ? 'bubble troubled' : 'bubble'}
        tabIndex={tabStop ? 0 : -1}
        aria-labelledby={`${id}-who${quote === null ? '' : ` ${id}-quote`} ${id}-carried ${id}-words`}
        aria-describedby={`${id}-foot`}
      >
        <Who id={`${id}-who`} message={message} seen={first} />
        {quote !== null && (
          <Quote
            id={`${id}-quote`}
            quote={quote}
            own={own}
            sender={message.sender}
            tabStop={active}
            onPress={() => acts.toQuoted(message)}
          />
        )}
        <Carried id={`${id}-carried`} {...props} isPlain={acts.isPlain} />
        <Words message={message} id={`${id}-words`} isPlain={acts.isPlain} />
        <MessageFoot
          id={`${id}-foot`}
          message={message}
          quiet={!last && settled && bare}
          tabStop={active}
          onDetails={onDetails}
        />
        <Reactions message={message} own={own} tabStop={active} acts={acts} />
        {(active || hovered) && !acts.isPlain && <MessageBar message={message} acts={acts} tabStop={active} />}
      </article>
      <Trouble
        message={message}
        onRetry={() => {
          onRetry(message)
        }}
        onDiscard={() => {
          onDiscard(message)
        }}
      />
    </li>
  )
}
