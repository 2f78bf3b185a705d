import { useSignal } from '@preact/signals'
import { Icon } from '../components/icon.tsx'
import { lazyDialog } from '../components/lazy-dialog.tsx'
import { loadPeople } from '../people/load.ts'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'

const ConversationDialog = lazyDialog(
  async () => (await loadPeople()).ConversationDialog,
  () => t().chat.about,
)

interface Props {
  readonly chats: Chats
  readonly name: string
  readonly title: string
  readonly isPerson: boolean
}

/** The way to what can be decided about a conversation. */
export const About = (props: Props) => {
  const open = useSignal(false)
  return (
    <>
      <button type="button" class="icon-button" aria-label={t().chat.about} onClick={() => (open.value = true)}>
        <Icon name="more" size={20} />
      </button>
      {open.value && <ConversationDialog {...props} onClose={() => (open.value = false)} />}
    </>
  )
}
