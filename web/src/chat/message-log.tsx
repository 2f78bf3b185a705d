import { useSignalEffect } from '@preact/signals'
import type { MessageView, Messenger } from '@chatnip/sdk'
import type { RefObject } from 'preact'
import { useMemo } from 'preact/hooks'
import { Icon } from '../components/icon.tsx'
import { layOut } from '../format/groups.ts'
import type { Chats } from '../state/chats.ts'
import type { OpenConversation } from '../state/conversation.ts'
import { pageVisible } from '../state/visible.ts'
import { t } from '../texts/index.ts'
import { LogLine } from './log-line.tsx'
import { useLogScroll } from './use-log-scroll.ts'

interface Props {
  readonly chats: Chats
  readonly name: string
  readonly title: string
  readonly open: OpenConversation
  readonly onDetails: (message: MessageView) => void
}

/** The pressed button goes with what it stood at; the focus stays in the log. */
const troubleActions = (messenger: Messenger, name: string, log: RefObject<HTMLElement | null>) => {
  const settle = (work: Promise<void>) => {
    log.current?.focus({ preventScroll: true })
    work.catch(() => undefined)
  }
  return {
    onRetry: ({ id }: MessageView) => {
      settle(messenger.retry(name, id))
    },
    onDiscard: ({ id }: MessageView) => {
      settle(messenger.discard(name, id))
    },
  }
}

const ToLatest = ({ unread, onPress }: { readonly unread: number; readonly onPress: () => void }) => (
  <button type="button" class="button small latest" onClick={onPress}>
    <Icon name="down" size={18} />
    {unread > 0 ? t().chat.latestCount(unread) : t().chat.latest}
  </button>
)

/** The messages of one conversation. New ones are announced elsewhere, so that opening a chat does not read out its history. */
export const MessageLog = ({ chats, name, title, open, onDetails }: Props) => {
  const { chat } = t()
  const { messenger } = chats
  const items = open.items.value
  const lines = useMemo(() => layOut(items ?? [], open.firstUnread.value), [items, open.firstUnread.value])
  const scroll = useLogScroll({
    firstKey: lines.find(({ kind }) => kind !== 'day' && kind !== 'unread')?.key ?? null,
    lastOwnKey: lines.findLast((line) => line.kind === 'bubble' && line.message.own)?.key ?? null,
    version: lines,
    loadOlder: () => {
      /** What cannot be read now is asked for again at the next scroll. */
      open.loadOlder().catch(() => undefined)
    },
  })
  const conversation = chats.conversations.value.find((one) => one.name === name)
  const unread = conversation?.unread ?? 0
  useSignalEffect(() => {
    const current = chats.conversations.value.find((one) => one.name === name)
    if (!pageVisible.value || !scroll.atEnd.value || current === undefined || current.unread === 0) return
    if (open.items.value !== null) messenger.markRead(name).catch(() => undefined)
  })
  const actions = troubleActions(messenger, name, scroll.scroller)
  const lastBubble = lines.findLast(({ kind }) => kind === 'bubble')
  const now = Date.now()
  return (
    <div class="log">
      <div
        ref={scroll.scroller}
        class="log-scroll"
        role="log"
        tabIndex={-1}
        aria-live="off"
        aria-label={chat.messages(title)}
        onScroll={scroll.onScroll}
      >
        <ol class="log-lines">
          {items !== null && open.complete.value && items.length > 0 && <li class="beginning">{chat.beginning}</li>}
          {lines.map((line) => (
            <LogLine
              key={line.key}
              line={line}
              name={name}
              own={messenger.profile.username}
              tabStop={line === lastBubble}
              now={now}
              onDetails={onDetails}
              {...actions}
            />
          ))}
        </ol>
      </div>
      {!scroll.atEnd.value && <ToLatest unread={unread} onPress={scroll.toEnd} />}
    </div>
  )
}
