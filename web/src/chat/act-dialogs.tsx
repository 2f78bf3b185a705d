import { lazyDialog } from '../components/lazy-dialog.tsx'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'
import type { Acts } from './acts.ts'

const ReactDialog = lazyDialog(
  async () => (await import('./react-dialog.tsx')).ReactDialog,
  () => t().acts.react,
)
const DeleteDialog = lazyDialog(
  async () => (await import('./delete-dialog.tsx')).DeleteDialog,
  () => t().acts.removeTitle,
)

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
