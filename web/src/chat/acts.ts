import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { MessageView } from '@chatnip/sdk'
import { useMemo } from 'preact/hooks'
import { isMessage } from '../format/lines.ts'
import type { Chats } from '../state/chats.ts'
import type { OpenConversation } from '../state/conversation.ts'
import { t } from '../texts/index.ts'
import { standingOf } from './titles.ts'

/** What the composer is about, when it is not simply the next message. */
export interface Composing {
  readonly kind: 'reply' | 'edit'
  readonly message: MessageView
}

/** What is asked about a message in a dialog. */
export interface Asking {
  readonly kind: 'reaction' | 'delete'
  readonly message: MessageView
}

/** What can be done to the messages of one conversation; the same functions at every drawing. */
export interface MessageActs {
  /** Whether the other side's program knows reactions; one without our keys does not. */
  readonly canReact: boolean
  /** A stranger's words: nothing can be done with them, and their links lead nowhere. */
  readonly isPlain: boolean
  readonly reply: (message: MessageView) => void
  readonly edit: (message: MessageView) => void
  readonly askReaction: (message: MessageView) => void
  readonly askDelete: (message: MessageView) => void
  /** Puts one's own reaction there, or takes it back when it is this one. */
  readonly toggle: (message: MessageView, emoji: string) => Promise<void>
  /** To the message that this one answers. */
  readonly toQuoted: (message: MessageView) => void
}

export interface Acts {
  readonly composing: Signal<Composing | null>
  readonly asking: Signal<Asking | null>
  readonly acts: MessageActs
}

/** Whether a message is one that can be answered and reacted to: it has arrived, it checks, and it is still there. */
export const isOpenToActs = ({ place, mark, deleted, state, act }: MessageView): boolean =>
  place !== null && mark !== 'forged' && !deleted && act === null && state !== 'expired'

/** How a name is said in a sentence to the person: their own is *you*. */
export const sayName = (name: string, own: string, said: 'you' | 'yourself' = 'you'): string =>
  name === own ? t().acts[said] : name

export const useActs = (chats: Chats, name: string, open: OpenConversation): Acts => {
  const composing = useSignal<Composing | null>(null)
  const asking = useSignal<Asking | null>(null)
  const { messenger } = chats
  const canReact = chats.contact(name)?.canSeal !== false
  const standing = standingOf(chats, name)
  const isPlain = standing === 'asks'
  const acts = useMemo(
    (): MessageActs => ({
      canReact: canReact && standing !== 'blocked',
      isPlain,
      reply: (message) => (composing.value = { kind: 'reply', message }),
      edit: (message) => (composing.value = { kind: 'edit', message }),
      askReaction: (message) => (asking.value = { kind: 'reaction', message }),
      askDelete: (message) => (asking.value = { kind: 'delete', message }),
      toggle: ({ sender, id, reactions }, emoji) => {
        const mine = reactions.find(({ by }) => by === messenger.profile.username)
        return messenger.react(name, { sender, id }, mine?.emoji === emoji ? null : emoji)
      },
      toQuoted: ({ quote }) => {
        if (quote?.state !== 'here' && quote?.state !== 'deleted') return
        void open.find((item) => isMessage(item) && item.id === quote.id).catch(() => undefined)
      },
    }),
    [canReact, isPlain, standing, messenger, name, open],
  )
  return { composing, asking, acts }
}
