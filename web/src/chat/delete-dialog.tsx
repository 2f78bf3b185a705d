import type { Messenger, MessageView } from '@chatnip/sdk'
import { BusyButton } from '../components/busy-button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { t } from '../texts/index.ts'

interface Props {
  readonly messenger: Messenger
  readonly message: MessageView
  readonly onClose: () => void
}

/** Asks from where a message is to go. */
export const DeleteDialog = ({ messenger, message, onClose }: Props) => {
  const { acts, common, errors } = t()
  const { conversation, sender, id, changeable, place } = message
  const isNote = conversation === messenger.profile.username
  const remove = (from: 'everyone' | 'here') =>
    useAction(async () => {
      await messenger.remove(conversation, { sender, id }, from)
      onClose()
    })
  const [everyone, here] = [remove('everyone'), remove('here')]
  const problem = everyone.problem.value ?? here.problem.value
  return (
    <Dialog title={acts.removeTitle} onClose={onClose}>
      <form class="stack" onSubmit={(event) => event.preventDefault()}>
        {changeable && <p>{isNote ? acts.removeNote : acts.removeText(conversation)}</p>}
        {place !== null && <p>{acts.removeHere}</p>}
        {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
        <div class="row end">
          <button type="button" class="button" onClick={onClose}>
            {common.cancel}
          </button>
          {place !== null && (
            <BusyButton busy={here.busy.value} kind="danger" onPress={here.run}>
              {acts.here}
            </BusyButton>
          )}
          {changeable && (
            <BusyButton busy={everyone.busy.value} kind="danger main" onPress={everyone.run}>
              {isNote ? acts.everywhere : acts.everyone}
            </BusyButton>
          )}
        </div>
      </form>
    </Dialog>
  )
}
