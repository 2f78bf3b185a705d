import type { ConversationView } from '@chatnip/sdk'

/** Whether somebody may be called for what comes in a conversation. @param now Unix ms */
export const mayNotify = ({ standing, mutedUntil }: ConversationView, now: number): boolean =>
  standing === 'accepted' && mutedUntil !== 'always' && mutedUntil <= now
