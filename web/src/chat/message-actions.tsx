import { useSignal } from '@preact/signals'
import type { MessageView } from '@chatnip/sdk'
import { Icon } from '../components/icon.tsx'
import type { IconName } from '../components/icon.tsx'
import { t } from '../texts/index.ts'
import type { Texts } from '../texts/en.ts'
import { isOpenToActs } from './acts.ts'
import type { MessageActs } from './acts.ts'

/** Something that can be done with a message, by a press on its bar. */
interface MessageAction {
  readonly name: string
  readonly icon: IconName
  readonly label: (texts: Texts) => string
  /** What is said, and read out, once it is done; null: it shows by itself. */
  readonly done: (texts: Texts) => string | null
  readonly isFor: (message: MessageView, acts: MessageActs) => boolean
  readonly run: (message: MessageView, acts: MessageActs) => Promise<void> | void
}

const reply: MessageAction = {
  name: 'reply',
  icon: 'reply',
  label: ({ acts }) => acts.reply,
  done: () => null,
  isFor: isOpenToActs,
  run: (message, acts) => acts.reply(message),
}

const react: MessageAction = {
  name: 'react',
  icon: 'smile',
  label: ({ acts }) => acts.react,
  done: () => null,
  isFor: (message, { canReact }) => canReact && isOpenToActs(message),
  run: (message, acts) => acts.askReaction(message),
}

const edit: MessageAction = {
  name: 'edit',
  icon: 'pen',
  label: ({ acts }) => acts.edit,
  done: () => null,
  isFor: ({ changeable }) => changeable,
  run: (message, acts) => acts.edit(message),
}

/** What waits or failed is discarded where that is told. */
const remove: MessageAction = {
  name: 'delete',
  icon: 'bin',
  label: ({ acts }) => acts.remove,
  done: () => null,
  isFor: ({ place, changeable }) => place !== null || changeable,
  run: (message, acts) => acts.askDelete(message),
}

/** The text as it was written, with its marks. What does not check is not shown, so it is not copied either. */
const copy: MessageAction = {
  name: 'copy',
  icon: 'copy',
  label: ({ keys }) => keys.copyText,
  done: ({ common }) => common.copied,
  isFor: ({ mark, deleted }) => mark !== 'forged' && !deleted,
  run: ({ text }) => navigator.clipboard.writeText(text),
}

/** What the bar of a message offers, in this order. A new action is a line here. */
const ACTIONS: readonly MessageAction[] = [reply, react, edit, copy, remove]

interface BarProps {
  readonly message: MessageView
  readonly acts: MessageActs
  /** Whether Tab stops here: only in the message that has the focus, not in the one under the mouse. */
  readonly tabStop: boolean
}

const ActionButton = ({ action, message, acts, tabStop }: BarProps & { readonly action: MessageAction }) => {
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
          Promise.resolve(action.run(message, acts)).then(
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
export const MessageBar = ({ message, acts, tabStop }: BarProps) => {
  const actions = ACTIONS.filter(({ isFor }) => isFor(message, acts))
  if (actions.length === 0) return null
  return (
    <div class="actions" role="toolbar" aria-label={t().keys.actions}>
      {actions.map((action) => (
        <ActionButton key={action.name} action={action} message={message} acts={acts} tabStop={tabStop} />
      ))}
    </div>
  )
}
