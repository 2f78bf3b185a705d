import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { Avatar } from '../components/avatar.tsx'
import { BusyButton } from '../components/busy-button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Said } from '../components/said.tsx'
import { TextField } from '../components/text-field.tsx'
import { useAction } from '../components/use-action.ts'
import { navigate } from '../router.ts'
import type { Chats } from '../state/chats.ts'
import { whenConnected } from '../state/chats.ts'
import { t } from '../texts/index.ts'
import { listed, namesIn } from './names.ts'

interface Props {
  readonly chats: Chats
  readonly onClose: () => void
}

const TITLE_CHARACTERS = 100

/** People with whom there are chats already; the others are named below. */
const Known = ({ chats, chosen }: { readonly chats: Chats; readonly chosen: Signal<ReadonlySet<string>> }) => {
  const own = chats.messenger.profile.username
  const people = chats.conversations.value.filter(
    ({ name, group, standing }) => group === null && standing === 'accepted' && name !== own,
  )
  if (people.length === 0) return null
  const toggle = (name: string, isIn: boolean) => {
    const next = new Set(chosen.value)
    if (isIn) next.add(name)
    else next.delete(name)
    chosen.value = next
  }
  return (
    <fieldset class="people">
      <legend>{t().groups.who}</legend>
      {people.map(({ name }) => (
        <label key={name} class="person">
          <input
            type="checkbox"
            checked={chosen.value.has(name)}
            onChange={(event) => {
              toggle(name, event.currentTarget.checked)
            }}
          />
          <Avatar name={name} size={32} />
          {name}
        </label>
      ))}
    </fieldset>
  )
}

const useMaking = ({ chats, onClose }: Props) => {
  const title = useSignal('')
  const others = useSignal('')
  const chosen = useSignal<ReadonlySet<string>>(new Set())
  /** Made, but not with everybody. */
  const left = useSignal<{ readonly names: readonly string[]; readonly conversation: string } | null>(null)
  const go = (name: string) => {
    onClose()
    navigate({ page: 'chat', name })
  }
  const action = useAction(async () => {
    const names = [...new Set([...chosen.value, ...namesIn(others.value)])]
    if (title.value.trim() === '') return
    await whenConnected(chats.connection)
    const made = await chats.messenger.makeGroup(title.value.trim(), names)
    if (made.left.length === 0) go(made.conversation)
    else left.value = { names: made.left, conversation: made.conversation }
  })
  return { title, others, chosen, left, action, go }
}

/** Makes a group of many. */
export const MakeGroup = (props: Props) => {
  const { groups, errors, common } = t()
  const { title, others, chosen, left, action, go } = useMaking(props)
  const problem = action.problem.value
  const without = left.value
  return (
    <Dialog title={groups.make} onClose={props.onClose}>
      {without === null ? (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault()
            action.run()
          }}
        >
          <TextField label={groups.title} value={title} maxLength={TITLE_CHARACTERS} />
          <Known chats={props.chats} chosen={chosen} />
          <TextField label={groups.others} hint={groups.othersHint} value={others} exact />
          {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
          <div class="row end">
            <button type="button" class="button" onClick={props.onClose}>
              {common.cancel}
            </button>
            <BusyButton busy={action.busy.value}>{groups.makeIt}</BusyButton>
          </div>
        </form>
      ) : (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault()
            go(without.conversation)
          }}
        >
          <Said kind="warn">{groups.without(listed(without.names))}</Said>
          <div class="row end">
            <button type="submit" class="button main">
              {groups.toGroup}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  )
}
