import { lazyDialog } from '../components/lazy-dialog.tsx'
import type { Chats } from '../state/chats.ts'
import { dropShared, shared } from '../state/shared.ts'
import { t } from '../texts/index.ts'
import { openDialog } from './use-chat-keys.ts'

const Jump = lazyDialog(
  async () => (await import('./jump.tsx')).Jump,
  () => t().keys.jumpTitle,
)
const Search = lazyDialog(
  async () => (await import('../search/search.tsx')).Search,
  () => t().search.title,
)
const MakeGroup = lazyDialog(
  async () => (await import('../groups/make-group.tsx')).MakeGroup,
  () => t().groups.make,
)
const Share = lazyDialog(
  async () => (await import('./share.tsx')).Share,
  () => t().keys.shareTitle,
)
const KeysHelp = lazyDialog(
  async () => (await import('./help.tsx')).KeysHelp,
  () => t().keys.title,
)

const onClose = () => {
  openDialog.value = null
}

interface Props {
  readonly chats: Chats
  /** Whose conversation is open, if any. */
  readonly current: string | null
}

/** The dialogs that shortcuts and buttons open; loaded when somebody wants one for the first time. */
export const ChatDialogs = ({ chats, current }: Props) => {
  if (shared.value !== null) return <Share chats={chats} onClose={dropShared} />
  switch (openDialog.value) {
    case 'jump':
      return <Jump chats={chats} onClose={onClose} />
    case 'search':
      return <Search chats={chats} current={current} onClose={onClose} />
    case 'group':
      return <MakeGroup chats={chats} onClose={onClose} />
    case 'help':
      return <KeysHelp onClose={onClose} />
    case null:
      return null
  }
}
