import type { GroupView } from '@chatnip/sdk'
import { useSignal } from '@preact/signals'
import { Icon } from '../components/icon.tsx'
import { lazyDialog } from '../components/lazy-dialog.tsx'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'

const GroupDialog = lazyDialog(
  async () => (await import('../groups/group-dialog.tsx')).GroupDialog,
  () => t().groups.about,
)

interface Props {
  readonly chats: Chats
  readonly name: string
  readonly group: GroupView
}

/** How many are in a group; a press tells who, and changes it. */
export const Members = ({ chats, name, group }: Props) => {
  const open = useSignal(false)
  return (
    <>
      <button type="button" class="trust members" onClick={() => (open.value = true)}>
        <Icon name="people" size={16} />
        {t().groups.members(group.members.length)}
      </button>
      {open.value && <GroupDialog chats={chats} name={name} onClose={() => (open.value = false)} />}
    </>
  )
}
