import { useSignal } from '@preact/signals'
import type { ContactView } from '@chatnip/sdk'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Link } from '../components/link.tsx'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'

/** A changed key stands above the conversation until somebody has looked at it. */
export const KeyWarning = ({ chats, contact }: { readonly chats: Chats; readonly contact: ContactView }) => {
  const { chat } = t()
  const asking = useSignal(false)
  const { name } = contact
  if (!contact.keyChanged) return null
  return (
    <section class="key-warning" role="alert">
      <p>
        <strong>{chat.keyChanged(name)}</strong> {chat.keyChangedWhy} {contact.mustConfirm && chat.mustConfirm}
      </p>
      <div class="row">
        <Link to={{ page: 'compare', name }} class="button small">
          {chat.compare}
        </Link>
        <button type="button" class="button small" onClick={() => (asking.value = true)}>
          {chat.confirm}
        </button>
      </div>
      {asking.value && (
        <ConfirmDialog
          title={chat.confirmQuestion(name)}
          confirm={chat.confirm}
          danger={false}
          onConfirm={() => chats.messenger.confirmKey(name)}
          onClose={() => (asking.value = false)}
        >
          <p>{chat.confirmLong(name)}</p>
        </ConfirmDialog>
      )}
    </section>
  )
}
