import type { Place } from '@chatnip/sdk'
import { useRef } from 'preact/hooks'
import type { LogItem } from '../format/groups.ts'
import type { Chats } from '../state/chats.ts'
import type { OpenConversation } from '../state/conversation.ts'
import { plainText } from '../format/rich.ts'
import { t } from '../texts/index.ts'
import { lastMissing, missingWords } from './missing.ts'

/** Whether these are the items of a stretch in which something at that place would stand. */
const covers = (items: readonly LogItem[], { seq }: Place): boolean => {
  const places = items.flatMap(({ place }) => place ?? [])
  return (places[0]?.seq ?? Infinity) <= seq && (places.at(-1)?.seq ?? 0) >= seq
}

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

/** Reads out what arrives in the open conversation, once, and what is missing there; nothing else. */
export const Announcer = (props: Props) => {
  const { chats, name } = props
  const message = chats.arrived.value
  const here = message !== null && message.conversation === name
  const reaction = chats.reacted.value
  const words = here && message.mark === 'forged' ? t().chat.mark.forged : plainText(message?.text ?? '')
  return (
    <>
      <output class="hidden">{here && <span key={message.id}>{t().chat.sentBy(name, words)}</span>}</output>
      <output class="hidden">
        {reaction?.conversation === name && t().acts.reactedAloud(reaction.by, reaction.emoji, plainText(reaction.to))}
      </output>
      <Gaps {...props} />
    </>
  )
}
