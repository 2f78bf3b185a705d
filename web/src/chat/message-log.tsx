import { useSignalEffect } from '@preact/signals'
import type { MessageView } from '@chatnip/sdk'
import type { RefObject } from 'preact'
import { useLayoutEffect, useMemo } from 'preact/hooks'
import { Icon } from '../components/icon.tsx'
import { layOut } from '../format/lines.ts'
import { isWriting, useShortcuts } from '../keys/shortcuts.ts'
import type { Chats } from '../state/chats.ts'
import type { OpenConversation } from '../state/conversation.ts'
import { pageVisible } from '../state/visible.ts'
import { t } from '../texts/index.ts'
import type { MessageActs } from './acts.ts'
import { LogLine } from './log-line.tsx'
import type { MessageActions } from './message-line.tsx'
import { useLogKeys } from './use-log-keys.ts'
import { useLogScroll } from './use-log-scroll.ts'

interface Props {
  readonly chats: Chats
  readonly name: string
  readonly title: string
  readonly open: OpenConversation
  readonly onDetails: (message: MessageView) => void
  readonly acts: MessageActs
}

/** The list of chats, and a text of many lines, have pages of their own. */
const scrollsItself = ({ target }: Event): boolean =>
  target instanceof Element &&
  (target.closest('.side') !== null || target.scrollHeight > target.clientHeight + 1) &&
  !target.matches('.log-scroll, body')

/** Whoever sees the end of the conversation has read it. */
const useReading = ({ chats, name, open }: Props, atEnd: { readonly value: boolean }) => {
  useSignalEffect(() => {
    const current = chats.conversations.value.find((one) => one.name === name)
    if (!pageVisible.value || !atEnd.value || current === undefined || current.unread === 0) return
    if (open.run.value?.last === true) chats.messenger.markRead(name).catch(() => undefined)
  })
}

/**
 * What a message can ask for; the same functions at every drawing, so that lines that did not change are left alone. A pressed button
 * goes with what it stood at; the focus stays in the log.
 */
const useActions = (
  { chats, name, open, onDetails, acts }: Props,
  log: RefObject<HTMLElement | null>,
): MessageActions & { readonly onAskAgain: () => void } =>
  useMemo(() => {
    const { messenger } = chats
    const settle = (work: Promise<void>) => {
      log.current?.focus({ preventScroll: true })
      work.catch(() => undefined)
    }
    return {
      messenger,
      acts,
      onDetails,
      onRetry: ({ id }) => {
        /** It goes to the end again, and whoever sends wants to see it. */
        settle(messenger.retry(name, id).then(() => open.toLatest()))
      },
      onDiscard: ({ id }) => {
        settle(messenger.discard(name, id))
      },
      onAskAgain: () => {
        messenger.askAgain(name).catch(() => undefined)
      },
    }
  }, [chats, name, open, acts])

const ToLatest = ({ unread, onPress }: { readonly unread: number; readonly onPress: () => void }) => (
  <button type="button" class="button small latest" onClick={onPress}>
    <Icon name="down" size={18} />
    {unread > 0 ? t().chat.latestCount(unread) : t().chat.latest}
  </button>
)

/** The messages of one conversation. New ones are announced elsewhere, so that opening a chat does not read out its history. */
export const MessageLog = (props: Props) => {
  const { chats, name, title, open } = props
  const { chat } = t()
  const run = open.run.value
  const lines = useMemo(() => layOut(run?.items ?? [], open.firstUnread.value), [run?.items, open.firstUnread.value])
  const scroll = useLogScroll(open, run, (log, aim) => keys.onAimed(log, aim))
  const keys = useLogKeys(scroll.scroller, open)
  const actions = useActions(props, scroll.scroller)
  useReading(props, scroll.atEnd)
  useLayoutEffect(keys.onDrawn, [lines])
  useShortcuts({
    pageBack: (event) => !scrollsItself(event) && keys.turnPage(-1),
    pageOn: (event) => !scrollsItself(event) && keys.turnPage(1),
    first: (event) => !isWriting(event) && keys.jump('first'),
    latest: (event) => !isWriting(event) && keys.jump('latest'),
  })
  const unread = chats.conversations.value.find((one) => one.name === name)?.unread ?? 0
  const bubbles = lines.filter(({ kind }) => kind === 'bubble')
  const tabStop = bubbles.find(({ key }) => key === keys.current.value) ?? bubbles.at(-1)
  const now = useMemo(() => Date.now(), [lines])
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
          {run?.first === true && <li class="beginning">{chat.beginning}</li>}
          {lines.map((line) => (
            <LogLine
              key={line.key}
              line={line}
              name={name}
              own={chats.messenger.profile.username}
              tabStop={line === tabStop}
              active={line.key === keys.focused.value}
              hovered={line.key === keys.hovered.value}
              now={now}
              {...actions}
            />
          ))}
        </ol>
      </div>
      {!scroll.atEnd.value && <ToLatest unread={unread} onPress={() => keys.jump('latest')} />}
    </div>
  )
}
