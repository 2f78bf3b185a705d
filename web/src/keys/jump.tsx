import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { ChatAvatar } from '../chat/chat-avatar.tsx'
import { Dialog } from '../components/dialog.tsx'
import { optionId, Options, useChoosing } from '../components/options.tsx'
import { useAction } from '../components/use-action.ts'
import { navigate } from '../router.ts'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'
import { titleOf } from '../chat/titles.ts'
import { namesInOrder } from './use-chat-keys.ts'

interface Props {
  readonly chats: Chats
  readonly onClose: () => void
  /** Other words than those about going somewhere. */
  readonly title?: string
  readonly lead?: string
  /** Done with the chat before it opens. */
  readonly before?: (name: string) => Promise<void>
}

interface Choice {
  readonly name: string
  readonly label: string
  /** There is a chat with them already. */
  readonly known: boolean
}

const USERNAME = /^[\w.-]{1,32}$/u
const MOST = 8

/** The chats whose names begin with what was typed, then those that hold it, then the name as it was typed. */
const choices = (chats: Chats, typed: string): readonly Choice[] => {
  const texts = t()
  const wanted = typed.trim().toLowerCase()
  const known = namesInOrder(chats).map((name) => ({
    name,
    label: titleOf(chats, name),
    known: true,
  }))
  const places = ({ name, label }: Choice): number =>
    Math.min(...[name, label].map((one) => one.toLowerCase().indexOf(wanted)).filter((at) => at >= 0))
  const found = known
    .filter((choice) => places(choice) !== Infinity)
    .toSorted((a, b) => Math.min(places(a), 1) - Math.min(places(b), 1))
    .slice(0, MOST)
  const isNew = USERNAME.test(wanted) && !known.some(({ name }) => name.toLowerCase() === wanted)
  return isNew ? [...found, { name: typed.trim(), label: texts.keys.writeTo(typed.trim()), known: false }] : found
}

const useJump = ({ chats, onClose, before }: Props) => {
  const typed = useSignal('')
  const found = choices(chats, typed.value)
  const choosing = useChoosing(found)
  const { chosen } = choosing
  const action = useAction(async () => {
    if (chosen === undefined) return
    const name = chosen.known ? chosen.name : await chats.open(chosen.name)
    await before?.(name)
    onClose()
    navigate({ page: 'chat', name })
  })
  const write = (text: string) => {
    typed.value = text
    choosing.reset()
    action.clear()
  }
  return { typed, found, choosing, action, write }
}

/** Goes to a chat by a few letters of its name. */
export const Jump = (props: Props) => {
  const { keys: texts, errors } = t()
  const id = useId()
  const { typed, found, choosing, action, write } = useJump(props)
  const problem = action.problem.value
  return (
    <Dialog title={props.title ?? texts.jumpTitle} onClose={props.onClose}>
      <form
        class="stack tight"
        onSubmit={(event) => {
          event.preventDefault()
          action.run()
        }}
      >
        {props.lead !== undefined && <p class="hint">{props.lead}</p>}
        <input
          class="input"
          type="text"
          role="combobox"
          aria-label={texts.jumpLabel}
          aria-expanded={found.length > 0}
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={choosing.chosen === undefined ? undefined : optionId(id, choosing.chosen.name)}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={32}
          value={typed.value}
          placeholder={texts.jumpLabel}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={choosing.onKeyDown}
        />
        {problem !== null && (
          <p class="error" role="alert">
            {errors[problem]}
          </p>
        )}
        <Options
          id={id}
          label={texts.jumpTitle}
          options={found}
          choosing={choosing}
          keyOf={({ name }) => name}
          onTake={action.run}
        >
          {({ name, label }) => (
            <>
              <ChatAvatar chats={props.chats} name={name} />
              {label}
            </>
          )}
        </Options>
        {found.length === 0 && <p class="hint">{texts.jumpNone}</p>}
      </form>
    </Dialog>
  )
}
