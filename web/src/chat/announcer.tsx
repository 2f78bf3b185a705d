import { useRef } from 'preact/hooks'
import type { Chats } from '../state/chats.ts'
import type { OpenConversation } from '../state/conversation.ts'
import { t } from '../texts/index.ts'
import { lastMissing, missingWords } from './missing.ts'

interface Props {
  readonly chats: Chats
  readonly name: string
  readonly open: OpenConversation
}

/** Says once that messages are missing, and once that they have come. */
const Gaps = ({ chats, open }: Props) => {
  const wasMissing = useRef(false)
  const missing = lastMissing(open.items.value ?? [])
  if (missing !== null) wasMissing.current = true
  const mended = missing === null && wasMissing.current
  const own = chats.messenger.profile.username
  return (
    <output class="hidden">
      {missing !== null && missingWords(missing, own)}
      {mended && t().chat.mended}
    </output>
  )
}

/** Reads out what arrives in the open conversation, once, and what is missing there; nothing else. */
export const Announcer = (props: Props) => {
  const { chats, name } = props
  const message = chats.arrived.value
  const here = message !== null && message.conversation === name
  const words = here && message.mark === 'forged' ? t().chat.mark.forged : (message?.text ?? '')
  return (
    <>
      <output class="hidden">{here && <span key={message.id}>{t().chat.sentBy(name, words)}</span>}</output>
      <Gaps {...props} />
    </>
  )
}
