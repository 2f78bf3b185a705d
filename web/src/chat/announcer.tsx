import type { MessageRef, Place } from '@chatnip/sdk'
import { useRef } from 'preact/hooks'
import { isMessage } from '../format/lines.ts'
import type { Chats } from '../state/chats.ts'
import type { OpenConversation } from '../state/conversation.ts'
import { saidIn } from '../files/words.ts'
import { plainText } from '../format/rich.ts'
import { asItIs, covers } from '../state/run.ts'
import { t } from '../texts/index.ts'
import { lastMissing, missingWords } from './missing.ts'

interface Props {
  readonly chats: Chats
  readonly name: string
  readonly open: OpenConversation
}

/** Says once that messages are missing, and once that they have come; not when somebody has just scrolled away from the notice. */
const Gaps = ({ chats, open }: Props) => {
  const told = useRef<Place | null>(null)
  const items = open.run.value?.items ?? []
  const missing = lastMissing(items)
  const mended = missing === null && told.current !== null && covers(items, told.current)
  if (missing !== null) told.current = missing.place
  const own = chats.messenger.profile.username
  return (
    <output class="hidden">
      {missing !== null && missingWords(missing, own)}
      {mended && t().chat.mended}
    </output>
  )
}

/** Its words must not stand here any longer either. */
const isDeleted = ({ run }: OpenConversation, { sender, id }: MessageRef): boolean =>
  run.value?.items.some((item) => isMessage(item) && item.id === id && item.sender === sender && item.deleted) === true

/** Reads out what arrives in the open conversation, once, and what is missing there; nothing else. */
export const Announcer = (props: Props) => {
  const { chats, name, open } = props
  const arrived = chats.arrived.value
  const message = arrived?.conversation === name ? asItIs(open.run.value, arrived) : null
  const reaction = chats.reacted.value
  const words = message?.mark === 'forged' ? t().chat.mark.forged : message === null ? '' : plainText(saidIn(message))
  return (
    <>
      <output class="hidden">
        {message !== null && <span key={message.id}>{t().chat.sentBy(message.sender, words)}</span>}
      </output>
      <output class="hidden">
        {reaction?.conversation === name &&
          !isDeleted(open, reaction.about) &&
          t().acts.reactedAloud(reaction.by, reaction.emoji, plainText(reaction.to))}
      </output>
      <Gaps {...props} />
    </>
  )
}
