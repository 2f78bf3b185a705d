import { Avatar } from '../components/avatar.tsx'
import { GroupAvatar } from '../components/group-avatar.tsx'
import type { Chats } from '../state/chats.ts'
import { groupOf } from './titles.ts'

/** The small picture of a conversation: of the person, or of the group. */
export const ChatAvatar = ({ chats, name }: { readonly chats: Chats; readonly name: string }) => {
  const group = groupOf(chats, name)
  return group === null ? <Avatar name={name} size={32} /> : <GroupAvatar picture={group.picture} size={32} />
}
