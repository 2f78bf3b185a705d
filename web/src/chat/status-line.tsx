import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { lazyDialog } from '../components/lazy-dialog.tsx'
import { Link } from '../components/link.tsx'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'

const SignInAgain = lazyDialog(
  async () => (await import('./sign-in-again.tsx')).SignInAgain,
  () => t().status.signInTitle,
)

/** A short interruption is nobody's business: only what lasts this long is told. */
const PATIENCE_MS = 1_500

const Line = ({ chats, onSignIn }: { readonly chats: Chats; readonly onSignIn: () => void }) => {
  const { status } = t()
  const connection = chats.connection.value
  if (connection === 'online') return null
  const waiting = chats.waiting.value
  return (
    <span class="status-line">
      <span>
        {connection === 'signed out' ? status.signedOut : status[connection]}
        {waiting > 0 && ` ${status.waiting(waiting)}`}
      </span>
      {connection === 'damaged' && (
        <Link to={{ page: 'settings' }} class="link">
          {status.toSettings}
        </Link>
      )}
      {connection === 'signed out' && (
        <button type="button" class="link" onClick={onSignIn}>
          {status.signIn}
        </button>
      )}
    </span>
  )
}

/** Says when the line to the server is down. Never in the way of reading and writing. */
export const StatusLine = ({ chats }: { readonly chats: Chats }) => {
  const patient = useSignal(true)
  const asking = useSignal(false)
  const state = useComputed(() => chats.connection.value)
  useSignalEffect(() => {
    const connection = state.value
    patient.value = connection === 'connecting'
    asking.value = connection === 'signed out'
    const timer = setTimeout(() => (patient.value = false), PATIENCE_MS)
    return () => {
      clearTimeout(timer)
    }
  })
  return (
    <div class="status">
      <output>{!patient.value && <Line chats={chats} onSignIn={() => (asking.value = true)} />}</output>
      {asking.value && <SignInAgain chats={chats} onClose={() => (asking.value = false)} />}
    </div>
  )
}
