import { lazyPage } from '../components/lazy-page.tsx'
import type { Chats } from '../state/chats.ts'
import { openDialog } from './use-chat-keys.ts'

const Jump = lazyPage(async () => (await import('./jump.tsx')).Jump)
const KeysHelp = lazyPage(async () => (await import('./help.tsx')).KeysHelp)

/** Whoever is quick has opened the other one before this one has said that it is closed. */
const close = (which: 'jump' | 'help') => () => {
  if (openDialog.peek() === which) openDialog.value = null
}

/** The dialogs that shortcuts open; loaded when somebody presses the keys for the first time. */
export const ChatDialogs = ({ chats }: { readonly chats: Chats }) => {
  if (openDialog.value === 'jump') return <Jump chats={chats} onClose={close('jump')} />
  return openDialog.value === 'help' ? <KeysHelp onClose={close('help')} /> : null
}
