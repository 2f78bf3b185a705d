import type { ConversationView } from '@chatnip/sdk'
import type { Chats } from '../state/chats.ts'

/** Strangers wait behind a line of their own. */
export const isListed = ({ standing }: ConversationView): boolean => standing !== 'asks'

/** It makes no noise now. */
export const isMuted = ({ mutedUntil }: ConversationView): boolean => mutedUntil === 'always' || mutedUntil > Date.now()

/** New messages that somebody wants to be told of. */
export const loudUnread = (conversations: readonly ConversationView[]): number =>
  conversations.reduce((sum, one) => sum + (one.standing === 'accepted' && !isMuted(one) ? one.unread : 0), 0)

/** Of whom nothing is taken. Read inside a component it follows changes. */
export const blockedIn = ({
  conversations,
  messenger,
}: Pick<Chats, 'conversations' | 'messenger'>): readonly string[] =>
  conversations.value.length >= 0 ? messenger.blocked() : []
