import { effect } from '@preact/signals'
import type { MessageView } from '@chatnip/sdk'
import { saidIn } from '../files/words.ts'
import { plainText } from '../format/rich.ts'
import type { Notice, WorkerWord } from '../page-lock.ts'
import { formatRoute, navigate, parseRoute } from '../router.ts'
import type { Chats } from '../state/chats.ts'
import { sayNotice } from '../state/notices.ts'
import { pageVisible } from '../state/visible.ts'
import { notifyTexts } from '../texts/notify.ts'
import { choice } from './choice.ts'
import { mayNotify } from './may-notify.ts'
import { leaveWords, subscribe } from './subscribe.ts'

/** More is cut off by the system anyway. */
const MOST = 200

const cut = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST).trimEnd()}…` : text)

/** What is shown of a message, as far as somebody wants it to be. */
export const noticeOf = (chats: Chats, message: MessageView, words: { title: string; body: string }): Notice => {
  const { conversation: name } = message
  const path = formatRoute({ page: 'chat', name })
  const sound = choice.value?.sound ?? false
  const plain: Notice = { kind: 'notice', ...words, tag: 'new', path, sound }
  if (choice.value?.withText !== true || message.mark === 'forged') return plain
  const group = chats.conversations.value.find((one) => one.name === name)?.group ?? null
  const body = cut(plainText(saidIn(message)))
  const told =
    group === null ? { title: message.sender, body } : { title: group.title, body: `${message.sender}: ${body}` }
  return { ...plain, ...told, tag: name }
}

/** @returns what ends it */
const followArrivals = (chats: Chats): (() => void) =>
  chats.messenger.onChange((change) => {
    if (change.kind !== 'arrived' || pageVisible.value || choice.value === null) return
    const { message } = change
    const conversation = chats.messenger.conversations().find(({ name }) => name === message.conversation)
    if (conversation === undefined || !mayNotify(conversation, Date.now())) return
    void sayNotice(noticeOf(chats, message, notifyTexts().shown))
  })

const hear = (chats: Chats, word: WorkerWord): void => {
  if (word.kind === 'pushed') chats.messenger.nudge()
  else navigate(parseRoute(word.path))
}

/** Notifies of what comes while nobody looks, and keeps this browser known to the server. @returns what ends it */
export const followNotices = (chats: Chats): (() => void) => {
  const onWord = ({ data }: MessageEvent<WorkerWord>) => {
    hear(chats, data)
  }
  navigator.serviceWorker.addEventListener('message', onWord)
  const ends = [
    followArrivals(chats),
    /** Who looks has been called. */
    effect(() => {
      if (pageVisible.value) void sayNotice('seen')
    }),
    effect(() => {
      if (choice.value !== null) void leaveWords(notifyTexts().shown)
    }),
    () => {
      navigator.serviceWorker.removeEventListener('message', onWord)
    },
  ]
  /** Browsers change their address now and then; without a network it is said the next time. */
  if (choice.value !== null && Notification.permission === 'granted') subscribe().catch(() => undefined)
  return () => {
    for (const end of ends) end()
  }
}
