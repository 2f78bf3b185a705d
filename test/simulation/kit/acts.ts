import { ChatnipError } from '@chatnip/protocol'
import type { Messenger, MessageView } from '../../../sdk/src/messenger.ts'

/** What somebody does to a message of a conversation, named by its place among the notes of the script (from 1). */
export type Deed =
  | { readonly does: 'edit' | 'delete'; readonly note: number }
  | { readonly does: 'react'; readonly note: number; readonly by: string; readonly emoji: string | null }

/** Does it, to the message of that id. */
export function carryOut(messenger: Messenger, to: string, { deed, id, nth }: Doing): Promise<void> {
  if (deed.does === 'react') return messenger.react(to, { sender: deed.by, id }, deed.emoji)
  if (deed.does === 'edit') return messenger.edit(to, id, `${id}, edited ${nth}`)
  return removeSent(messenger, to, id)
}

/** What waits would be taken out of the outbox; the script wants it deleted where others have it. */
async function removeSent(messenger: Messenger, to: string, id: string): Promise<void> {
  const sent = (await messenger.messages(to, { limit: 1_000 })).find((one) => 'id' in one && one.id === id)
  if (sent === undefined || sent.place === null) throw new ChatnipError('not_found')
  await messenger.remove(to, { sender: messenger.profile.username, id }, 'everyone')
}

export interface Doing {
  readonly deed: Deed
  readonly id: string
  /** Counts what this person does, so that no two edits say the same. */
  readonly nth: number
}

/** What is shown of a message, in one text. */
export const contentOf = ({ text, deleted, edited, reactions }: MessageView): string =>
  JSON.stringify([text, deleted, edited !== null, reactions.map(({ by, emoji }) => `${by} ${emoji}`).toSorted()])
