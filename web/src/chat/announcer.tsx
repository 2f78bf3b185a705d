import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'

/** Reads out what arrives in the open conversation, once, and nothing else. */
export const Announcer = ({ chats, name }: { readonly chats: Chats; readonly name: string }) => {
  const message = chats.arrived.value
  const here = message !== null && message.conversation === name
  const words = here && message.mark === 'forged' ? t().chat.mark.forged : (message?.text ?? '')
  return <output class="hidden">{here && <span key={message.id}>{t().chat.sentBy(name, words)}</span>}</output>
}
