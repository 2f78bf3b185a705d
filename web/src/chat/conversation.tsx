import { lazyDialog } from '../components/lazy-dialog.tsx'
import { lazyPage } from '../components/lazy-page.tsx'
import { useSignal, useSignalEffect } from '@preact/signals'
import type { Messenger, MessageView } from '@chatnip/sdk'
import type { ComponentProps } from 'preact'
import { useCallback, useEffect, useMemo } from 'preact/hooks'
import { dropHandlers, useAttaching } from '../files/attaching.ts'
import { loadPeople } from '../people/load.ts'
import type { Chats } from '../state/chats.ts'
import { openConversation } from '../state/conversation.ts'
import type { OpenConversation } from '../state/conversation.ts'
import { asItIs } from '../state/run.ts'
import { target } from '../state/target.ts'
import { t } from '../texts/index.ts'
import { isMessage } from '../format/lines.ts'
import { About } from './about.tsx'
import { ActDialogs } from './act-dialogs.tsx'
import { useActs } from './acts.ts'
import { Announcer } from './announcer.tsx'
import { ChatHead } from './chat-head.tsx'
import { Composer } from './composer.tsx'
import { EmptyLog } from './empty-log.tsx'
import { KeyWarning } from './key-warning.tsx'
import { Lifetime } from './lifetime.tsx'
import { MessageLog } from './message-log.tsx'
import { Members } from './members.tsx'
import { groupOf, standingOf, titleOf } from './titles.ts'
import { Trust } from './trust.tsx'
import { Undelivered } from './undelivered.tsx'

const MessageDetails = lazyDialog(
  async () => (await import('./message-details.tsx')).MessageDetails,
  () => t().chat.details,
)

interface Props {
  readonly chats: Chats
  readonly name: string
}

const lastChangeable = ({ run }: OpenConversation): MessageView | undefined =>
  run
    .peek()
    ?.items.filter(isMessage)
    .findLast(({ changeable, state }) => changeable && state !== 'failed')

/** Who it is with, how far that is certain, and how long messages stay. */
const Head = ({ chats, name, title }: Props & { readonly title: string }) => {
  const contact = chats.contact(name)
  const group = groupOf(chats, name)
  const standing = standingOf(chats, name)
  const own = name === chats.messenger.profile.username
  return (
    <ChatHead
      name={name}
      title={title}
      group={group}
      back={{ page: 'chats' }}
      focus={false}
      isStranger={standing === 'asks'}
      end={
        standing !== 'asks' && (
          <>
            {group === null && standing !== 'blocked' && contact?.canSeal !== false && (
              <Lifetime chats={chats} name={name} />
            )}
            {!own && <About chats={chats} name={name} title={title} isPerson={group === null} />}
          </>
        )
      }
    >
      {group !== null && <Members chats={chats} name={name} group={group} />}
      {group === null && (own ? <span class="trust">{t().chat.trust.self}</span> : <Trust contact={contact} />)}
    </ChatHead>
  )
}

const StandingBar = lazyPage(async () => (await loadPeople()).StandingBar)

/** The field to write in, unless somebody must decide first whom they hear, or one is out of the group. */
const Writing = ({ isOut, ...props }: ComponentProps<typeof Composer> & { readonly isOut: boolean }) => {
  const { chats, name } = props
  const standing = standingOf(chats, name)
  if (standing !== 'accepted') return <StandingBar chats={chats} name={name} standing={standing} />
  return isOut ? <p class="composer muted">{t().groups.out}</p> : <Composer {...props} />
}

const takesFiles = (chats: Chats, name: string): boolean =>
  chats.contact(name)?.canSeal !== false &&
  standingOf(chats, name) === 'accepted' &&
  groupOf(chats, name)?.role !== null

const useOpen = (messenger: Messenger, name: string): OpenConversation => {
  const open = useMemo(() => openConversation(messenger, name), [messenger, name])
  useEffect(() => open.stop, [open])
  return open
}

/** One open conversation: who it is with, what was said, and where one writes. */
export const Conversation = ({ chats, name }: Props) => {
  const { messenger } = chats
  const open = useOpen(messenger, name)
  const act = useActs(chats, name, open)
  useSignalEffect(() => {
    const { name: wanted, place, key } = target.value ?? {}
    if (wanted !== name || place === undefined || key === undefined || open.run.value === null) return
    target.value = null
    open.toMessage(place, key)
  })
  const attaching = useAttaching()
  const looking = useSignal<MessageView | null>(null)
  const onDetails = useCallback((message: MessageView) => (looking.value = message), [looking])
  const contact = chats.contact(name)
  const own = name === messenger.profile.username
  const title = titleOf(chats, name)
  const group = groupOf(chats, name)
  const shown = looking.value
  return (
    <section class="chat" aria-label={title} {...dropHandlers(attaching, takesFiles(chats, name))}>
      {attaching.isOver.value && <p class="drop-target">{t().carried.drop}</p>}
      <Head chats={chats} name={name} title={title} />
      <div>
        {contact !== null && <KeyWarning chats={chats} contact={contact} />}
        <Undelivered chats={chats} name={name} open={open} />
      </div>
      {open.run.value?.items.length === 0 ? (
        <EmptyLog name={name} own={own} contact={contact} group={group} />
      ) : (
        <MessageLog chats={chats} name={name} title={title} open={open} onDetails={onDetails} acts={act.acts} />
      )}
      <Writing
        isOut={group?.role === null}
        chats={chats}
        name={name}
        title={title}
        own={own}
        composing={act.composing}
        attaching={attaching}
        now={(message) => asItIs(open.run.value, message)}
        lastOwn={() => lastChangeable(open)}
        onSend={() => open.toLatest()}
      />
      <ActDialogs chats={chats} {...act} />
      <Announcer chats={chats} name={name} open={open} />
      {shown !== null && (
        <MessageDetails
          message={shown}
          contact={contact}
          own={messenger.profile.username}
          onDiscard={() => {
            void messenger.discard(name, shown.id).catch(() => undefined)
            looking.value = null
          }}
          onClose={() => (looking.value = null)}
        />
      )}
    </section>
  )
}
