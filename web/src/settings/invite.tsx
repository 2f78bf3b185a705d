import { useSignal } from '@preact/signals'
import { InviteDialog } from '../invite/invite-dialog.tsx'
import type { Chats } from '../state/chats.ts'
import { inviteTexts } from '../texts/invite.ts'
import { Section } from './section.tsx'

/** The way to one's own invitation. */
export const Invite = ({ chats }: { readonly chats: Chats }) => {
  const texts = inviteTexts()
  const open = useSignal(false)
  return (
    <Section title={texts.title}>
      <div>
        <button type="button" class="button" onClick={() => (open.value = true)}>
          {texts.title}
        </button>
      </div>
      {open.value && <InviteDialog chats={chats} onClose={() => (open.value = false)} />}
    </Section>
  )
}
