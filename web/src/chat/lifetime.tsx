import type { ReadonlySignal } from '@preact/signals'
import { useSignal } from '@preact/signals'
import type { ConversationView } from '@chatnip/sdk'
import { Icon } from '../components/icon.tsx'
import { lazyDialog } from '../components/lazy-dialog.tsx'
import { duration } from '../format/time.ts'
import type { Chats } from '../state/chats.ts'
import { locale, t } from '../texts/index.ts'

const LifetimeDialog = lazyDialog(
  async () => (await import('./lifetime-dialog.tsx')).LifetimeDialog,
  () => t().fading.title,
)

const secondsOf = (conversations: ReadonlySignal<readonly ConversationView[]>, name: string): number =>
  conversations.value.find((one) => one.name === name)?.lifetime ?? 0

/** How long messages stay in this conversation, and the way to change it. Said aloud when it changes. */
export const Lifetime = ({ chats, name }: { readonly chats: Chats; readonly name: string }) => {
  const { fading } = t()
  const asking = useSignal(false)
  const seconds = secondsOf(chats.conversations, name)
  const long = seconds === 0 ? '' : duration(locale.value, seconds)
  const said = seconds === 0 ? fading.off : fading.after(long)
  return (
    <>
      <button
        type="button"
        class="icon-button lifetime"
        aria-label={`${fading.title}: ${said}`}
        title={`${fading.title}: ${said}`}
        onClick={() => (asking.value = true)}
      >
        <Icon name="timer" size={20} />
        {seconds > 0 && <span aria-hidden="true">{duration(locale.value, seconds, 'narrow')}</span>}
      </button>
      <output class="hidden">{said}</output>
      {asking.value && (
        <LifetimeDialog
          messenger={chats.messenger}
          name={name}
          seconds={seconds}
          onClose={() => (asking.value = false)}
        />
      )}
    </>
  )
}
