import { lazyPage } from '../components/lazy-page.tsx'
import type { Chats } from '../state/chats.ts'
import type { Acts } from './acts.ts'

const ReactDialog = lazyPage(async () => (await import('./react-dialog.tsx')).ReactDialog)
const DeleteDialog = lazyPage(async () => (await import('./delete-dialog.tsx')).DeleteDialog)

/** What is asked about a message; loaded when it is asked for the first time. */
export const ActDialogs = ({ chats, asking, acts }: Acts & { readonly chats: Chats }) => {
  const asked = asking.value
  if (asked === null) return null
  const { messenger } = chats
  const { message } = asked
  const onClose = () => (asking.value = null)
  if (asked.kind === 'delete') return <DeleteDialog messenger={messenger} message={message} onClose={onClose} />
  return <ReactDialog message={message} own={messenger.profile.username} acts={acts} onClose={onClose} />
}
