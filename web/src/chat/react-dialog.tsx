import { useSignal } from '@preact/signals'
import { isEmoji } from '@chatnip/sdk'
import type { MessageView } from '@chatnip/sdk'
import { useId } from 'preact/hooks'
import { Dialog } from '../components/dialog.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { t } from '../texts/index.ts'
import type { MessageActs } from './acts.ts'

const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const

interface Props {
  readonly message: MessageView
  readonly own: string
  readonly acts: MessageActs
  readonly onClose: () => void
}

interface ChoiceProps {
  readonly onChoose: (emoji: string) => void
}

/** A form of its own, so that the dialog puts the focus here: a phone's keyboard would cover the half of it. */
const Quick = ({ mine, onChoose }: ChoiceProps & { readonly mine: string | undefined }) => (
  <form class="quick" onSubmit={(event) => event.preventDefault()}>
    {QUICK.map((emoji) => (
      <button
        key={emoji}
        type="button"
        class="button emoji"
        aria-label={t().acts.reactWith(emoji)}
        aria-pressed={mine === emoji}
        onClick={() => onChoose(emoji)}
      >
        {emoji}
      </button>
    ))}
  </form>
)

/** The keyboard has them all. */
const Other = ({ onChoose }: ChoiceProps) => {
  const { acts } = t()
  const id = useId()
  const typed = useSignal('')
  const wrong = useSignal(false)
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        const emoji = typed.value.trim()
        wrong.value = !isEmoji(emoji)
        if (!wrong.value) onChoose(emoji)
      }}
    >
      <label for={id}>{acts.otherEmoji}</label>
      <div class="row">
        <input
          id={id}
          class="input emoji"
          type="text"
          autocomplete="off"
          aria-invalid={wrong.value}
          aria-describedby={wrong.value ? `${id}-error` : undefined}
          value={typed.value}
          onInput={(event) => {
            typed.value = event.currentTarget.value
            wrong.value = false
          }}
        />
        <button type="submit" class="button">
          {acts.react}
        </button>
      </div>
      {wrong.value && (
        <p class="error" id={`${id}-error`} role="alert">
          {acts.notEmoji}
        </p>
      )}
    </form>
  )
}

/** A few emoji at hand, and any other from the keyboard. */
export const ReactDialog = ({ message, own, acts, onClose }: Props) => {
  const texts = t()
  const chosen = useSignal('')
  const mine = message.reactions.find(({ by }) => by === own)?.emoji
  const action = useAction(async () => {
    await acts.toggle(message, chosen.value)
    onClose()
  })
  const choose = (emoji: string) => {
    chosen.value = emoji
    action.run()
  }
  const problem = action.problem.value
  return (
    <Dialog title={texts.acts.react} onClose={onClose}>
      <Quick mine={mine} onChoose={choose} />
      <Other onChoose={choose} />
      {problem !== null && <Said kind="bad">{texts.errors[problem]}</Said>}
      {mine !== undefined && (
        <button type="button" class="link" onClick={() => choose(mine)}>
          {texts.acts.takeBack}
        </button>
      )}
    </Dialog>
  )
}
