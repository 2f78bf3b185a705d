import { lazyPage } from '../components/lazy-page.tsx'
import type { Chats } from '../state/chats.ts'
import { openDialog } from './use-chat-keys.ts'
import type { ChatDialog } from './use-chat-keys.ts'

const Jump = lazyPage(async () => (await import('./jump.tsx')).Jump)
const Search = lazyPage(async () => (await import('../search/search.tsx')).Search)
const KeysHelp = lazyPage(async () => (await import('./help.tsx')).KeysHelp)

/** Whoever is quick has opened another one before this one has said that it is closed. */
const close = (which: ChatDialog) => () => {
  if (openDialog.peek() === which) openDialog.value = null
}

interface Props {
  readonly chats: Chats
  /** Whose conversation is open, if any. */
  readonly current: string | null
}

/** The dialogs that shortcuts and buttons open; loaded when somebody wants one for the first time. */
export const ChatDialogs = ({ chats, current }: Props) => {
  switch (openDialog.value) {
    case 'jump':
      return <Jump chats={chats} onClose={close('jump')} />
    case 'search':
      return <Search chats={chats} current={current} onClose={close('search')} />
    case 'help':
      return <KeysHelp onClose={close('help')} />
    case null:
      return null
  }
}
