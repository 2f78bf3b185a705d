import type { ContactView, MessageView } from '@chatnip/sdk'
import { Dialog } from '../components/dialog.tsx'
import { Link } from '../components/link.tsx'
import { duration, fullDate, fullTime, timeLeft } from '../format/time.ts'
import { detailsTexts } from '../texts/details.ts'
import { locale, t } from '../texts/index.ts'
import { troubleOf } from './troubles.ts'

interface Props {
  readonly message: MessageView
  readonly contact: ContactView | null
  readonly own: string
  readonly onDiscard: () => void
  readonly onClose: () => void
}

type Fact = readonly [string, string]

const received = ({ mark, details }: MessageView): readonly Fact[] => {
  const texts = detailsTexts()
  const facts: Fact[] = mark === null ? [] : [[texts.mark, texts.marks[mark]]]
  if (details === null) return facts
  const reason = details.reason === null ? undefined : texts.reasons[details.reason]
  if (reason !== undefined) facts.push([texts.reason, reason])
  if (details.fingerprint !== null) facts.push([texts.key, details.fingerprint])
  if (details.knownSince !== null) facts.push([texts.since, fullDate(locale.value, details.knownSince)])
  if (details.fingerprint !== null) facts.push([texts.compared, details.compared ? texts.yes : texts.no])
  return facts
}

const sent = (message: MessageView): readonly Fact[] => {
  const { chat } = t()
  const details = detailsTexts()
  const { state } = message
  const trouble = troubleOf(message, t())
  return [
    ...(state === null ? [] : [[details.state, details.states[state] ?? chat.state[state]] as const]),
    ...(trouble === null ? [] : [[details.reason, trouble] as const]),
    [details.mark, details.ownMark],
  ]
}

/** When it goes, as far as that is known. */
const fading = ({ fades, own }: MessageView): readonly Fact[] => {
  const { fading: texts } = t()
  if (fades === null) return []
  if (fades.at !== null) return [[texts.fact, timeLeft(locale.value, fades.at, Date.now())]]
  const time = duration(locale.value, fades.seconds)
  return [[texts.fact, own ? texts.afterSending(time) : texts.afterReading(time)]]
}

/** Everything that is known about one message, in plain words. */
export const MessageDetails = ({ message, contact, own, onDiscard, onClose }: Props) => {
  const { chat, chats, acts } = t()
  const details = detailsTexts()
  const partner = message.conversation === own ? chats.noteToSelf : message.conversation
  const secrecy = message.hasForwardSecrecy ? details.secrecyIs.held : details.secrecyIs.not
  /** Of what nobody can open, or has not gone yet, nothing can be said; nor is plain text a secret. */
  const isSealed = message.place !== null && message.mark !== 'forged' && message.mark !== 'unsigned'
  const isLocked = isSealed && (contact === null || contact.canSeal)
  const facts: readonly Fact[] = [
    [details.from, message.own ? own : message.conversation],
    [details.to, message.own ? partner : own],
    [details.written, `${fullTime(locale.value, message.at)}${message.own ? '' : ` (${details.clock})`}`],
    ...(message.edited === null ? [] : [[acts.editedAt, fullTime(locale.value, message.edited)] as const]),
    ...fading(message),
    ...(message.own ? sent(message) : received(message)),
    ...(isLocked ? [[details.secrecy, secrecy] as const] : []),
  ]
  const comparable = contact !== null && contact.canSeal && contact.name !== own
  return (
    <Dialog title={details.title} onClose={onClose}>
      <dl class="facts">
        {facts.map(([term, text]) => (
          <>
            <dt>{term}</dt>
            <dd>{text}</dd>
          </>
        ))}
      </dl>
      <div class="row end">
        {message.own && message.state === 'waiting' && (
          <button type="button" class="button danger" onClick={onDiscard}>
            {chat.discard}
          </button>
        )}
        {comparable && (
          <Link to={{ page: 'compare', name: contact.name }} class="button">
            {details.compareNow}
          </Link>
        )}
      </div>
    </Dialog>
  )
}
