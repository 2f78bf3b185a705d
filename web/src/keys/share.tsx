import type { Chats } from '../state/chats.ts'
import { dropShared, shared } from '../state/shared.ts'
import { t } from '../texts/index.ts'
import { Jump } from './jump.tsx'

const PREVIEW = 140

/** Asks with whom. The words then stand in the box of that chat, behind what was there, and are sent by nobody but the person. */
export const Share = ({ chats, onClose }: { readonly chats: Chats; readonly onClose: () => void }) => {
  const text = shared.value ?? ''
  const lay = async (name: string): Promise<void> => {
    const draft = await chats.messenger.draft(name)
    await chats.saveDraft(name, draft.trim() === '' ? text : `${draft}\n${text}`)
    dropShared()
  }
  const lead = text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text
  return <Jump chats={chats} title={t().keys.shareTitle} lead={lead} before={lay} onClose={onClose} />
}
