import type { GroupView } from '@chatnip/sdk'
import { useId } from 'preact/hooks'
import { GroupAvatar } from '../components/group-avatar.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import type { Chats } from '../state/chats.ts'
import { useSignal } from '@preact/signals'
import { t } from '../texts/index.ts'
import { shrink } from './shrink.ts'

interface Props {
  readonly chats: Chats
  readonly name: string
  readonly group: GroupView
}

/** The group's picture, made small here before it goes out. */
export const GroupPictureForm = ({ chats, name, group }: Props) => {
  const { groups, errors } = t()
  const id = useId()
  const file = useSignal<File | null>(null)
  const action = useAction(async () => {
    await chats.messenger.setGroupPicture(name, file.value === null ? null : await shrink(file.value))
  })
  const change = (next: File | null) => {
    file.value = next
    action.run()
  }
  const problem = action.problem.value
  return (
    <div class="stack tight">
      <div class="row">
        <GroupAvatar picture={group.picture} />
        <div>
          <label class="button small" for={id}>
            {groups.picturePick}
          </label>
          <input
            id={id}
            class="hidden"
            type="file"
            accept="image/*"
            onChange={(event) => {
              const picked = event.currentTarget.files?.[0]
              if (picked !== undefined) change(picked)
            }}
          />
        </div>
        {group.picture !== null && (
          <button
            type="button"
            class="button small"
            onClick={() => {
              change(null)
            }}
          >
            {groups.pictureRemove}
          </button>
        )}
      </div>
      {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
    </div>
  )
}
