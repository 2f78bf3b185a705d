import { useSignal } from '@preact/signals'
import type { MessageView } from '@chatnip/sdk'
import { Icon } from '../components/icon.tsx'
import type { IconName } from '../components/icon.tsx'
import { t } from '../texts/index.ts'
import type { Texts } from '../texts/en.ts'

/** Something that can be done with a message, by a press on its bar. */
interface MessageAction {
  readonly name: string
  readonly icon: IconName
  readonly label: (texts: Texts) => string
  /** What is said, and read out, once it is done; null: it shows by itself. */
  readonly done: (texts: Texts) => string | null
  readonly isFor: (message: MessageView) => boolean
  readonly run: (message: MessageView) => Promise<void>
}

/** The text as it was written, with its marks. What does not check is not shown, so it is not copied either. */
const copy: MessageAction = {
  name: 'copy',
  icon: 'copy',
  label: ({ keys }) => keys.copyText,
  done: ({ common }) => common.copied,
  isFor: ({ mark }) => mark !== 'forged',
  run: ({ text }) => navigator.clipboard.writeText(text),
}

/** What the bar of a message offers, in this order. A new action is a line here. */
const ACTIONS: readonly MessageAction[] = [copy]

interface BarProps {
  readonly message: MessageView
  /** Whether Tab stops here: only in the message that has the focus, not in the one under the mouse. */
  readonly tabStop: boolean
}

const ActionButton = ({ action, message, tabStop }: BarProps & { readonly action: MessageAction }) => {
  const texts = t()
  const done = useSignal(false)
  const said = done.value ? action.done(texts) : null
  return (
    <>
      <button
        type="button"
        class="icon-button"
        tabIndex={tabStop ? 0 : -1}
        aria-label={action.label(texts)}
        title={action.label(texts)}
        data-action={action.name}
        onClick={() => {
          /** A browser that does not let us leaves everything as it was. */
          action.run(message).then(
            () => (done.value = true),
            () => undefined,
          )
        }}
      >
        <Icon name={said === null ? action.icon : 'tick'} size={18} />
      </button>
      <output class="hidden">{said}</output>
    </>
  )
}

/** The bar of the message that the pointer or the focus is on. */
export const MessageBar = ({ message, tabStop }: BarProps) => {
  const actions = ACTIONS.filter(({ isFor }) => isFor(message))
  if (actions.length === 0) return null
  return (
    <div class="actions" role="toolbar" aria-label={t().keys.actions}>
      {actions.map((action) => (
        <ActionButton key={action.name} action={action} message={message} tabStop={tabStop} />
      ))}
    </div>
  )
}
