import type { ConversationView, GroupView } from '@chatnip/sdk'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'

/** How a conversation is called: a group by its title, one's own notes as such, anybody else by their name. */
export const titleOf = (chats: Chats, name: string): string =>
  name === chats.messenger.profile.username ? t().chats.noteToSelf : (groupOf(chats, name)?.title ?? name)

/** The group that a conversation is, or null. Read inside a component it follows changes. */
export const groupOf = (chats: Chats, name: string): GroupView | null => conversationOf(chats, name)?.group ?? null

/** Whether they are heard. Who is not in the list yet was looked for by name. */
export const standingOf = (chats: Chats, name: string): ConversationView['standing'] =>
  conversationOf(chats, name)?.standing ?? 'accepted'

const conversationOf = (chats: Chats, name: string): ConversationView | undefined =>
  chats.conversations.value.find((one) => one.name === name)
