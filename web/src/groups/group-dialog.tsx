import { useSignal } from '@preact/signals'
import type { GroupView } from '@chatnip/sdk'
import { BusyButton } from '../components/busy-button.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Said } from '../components/said.tsx'
import { TextField } from '../components/text-field.tsx'
import { useAction } from '../components/use-action.ts'
import { groupOf } from '../chat/titles.ts'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'
import { GroupPictureForm } from './group-picture-form.tsx'
import { MemberList } from './member-list.tsx'
import { listed, namesIn } from './names.ts'

interface Props {
  readonly chats: Chats
  /** The conversation. */
  readonly name: string
  readonly onClose: () => void
}

type FormProps = Omit<Props, 'onClose'>

const AddForm = ({ chats, name }: FormProps) => {
  const { groups, errors } = t()
  const names = useSignal('')
  const left = useSignal<readonly string[]>([])
  const action = useAction(async () => {
    const wanted = namesIn(names.value)
    if (wanted.length === 0) return
    left.value = (await chats.messenger.addToGroup(name, wanted)).left
    names.value = ''
  })
  const problem = action.problem.value
  return (
    <form
      class="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        action.run()
      }}
    >
      <TextField label={groups.add} hint={groups.othersHint} value={names} exact />
      {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
      {left.value.length > 0 && <Said kind="warn">{groups.without(listed(left.value))}</Said>}
      <div>
        <BusyButton busy={action.busy.value}>{groups.addThem}</BusyButton>
      </div>
    </form>
  )
}

const TitleForm = ({ chats, name, group }: FormProps & { readonly group: GroupView }) => {
  const { groups, errors } = t()
  const title = useSignal(group.title)
  const action = useAction(async () => {
    const wanted = title.value.trim()
    if (wanted !== '' && wanted !== group.title) await chats.messenger.renameGroup(name, wanted)
  })
  const problem = action.problem.value
  return (
    <form
      class="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        action.run()
      }}
    >
      <TextField label={groups.title} value={title} maxLength={100} />
      {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
      <div>
        <BusyButton busy={action.busy.value} kind="plain">
          {groups.rename}
        </BusyButton>
      </div>
    </form>
  )
}

const Leave = ({ chats, name, onClose }: Props) => {
  const { groups } = t()
  const asking = useSignal(false)
  return (
    <div>
      <button type="button" class="button danger" onClick={() => (asking.value = true)}>
        {groups.leave}
      </button>
      {asking.value && (
        <ConfirmDialog
          title={groups.leaveQuestion}
          confirm={groups.leave}
          onConfirm={async () => {
            await chats.messenger.leaveGroup(name)
            onClose()
          }}
          onClose={() => (asking.value = false)}
        >
          <p>{groups.leaveText}</p>
        </ConfirmDialog>
      )}
    </div>
  )
}

/** Who is in a group, and what its owners may change. */
export const GroupDialog = (props: Props) => {
  const { groups } = t()
  const group = groupOf(props.chats, props.name)
  if (group === null) return null
  const isOwner = group.role === 'owner'
  return (
    <Dialog title={group.title} onClose={props.onClose}>
      {group.isChanging && <Said kind="warn">{groups.changing}</Said>}
      <MemberList chats={props.chats} name={props.name} group={group} />
      {isOwner && <AddForm {...props} />}
      {isOwner && <TitleForm {...props} group={group} />}
      {isOwner && <GroupPictureForm chats={props.chats} name={props.name} group={group} />}
      {group.role !== null && <Leave {...props} />}
    </Dialog>
  )
}
