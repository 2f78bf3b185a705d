import type { ComponentChildren } from 'preact'
import { t } from '../texts/index.ts'
import { BusyButton } from './busy-button.tsx'
import { Dialog } from './dialog.tsx'
import { Said } from './said.tsx'
import { useAction } from './use-action.ts'

interface Props {
  readonly title: string
  readonly confirm: string
  readonly danger?: boolean
  /** Does it; when it fails the dialog stays and says why. */
  readonly onConfirm: () => Promise<void>
  readonly onClose: () => void
  readonly children?: ComponentChildren
}

/** Asks before something that cannot be undone. */
export const ConfirmDialog = ({ title, confirm, danger = true, onConfirm, onClose, children }: Props) => {
  const texts = t()
  const action = useAction(async () => {
    await onConfirm()
    onClose()
  })
  const problem = action.problem.value
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          action.run()
        }}
      >
        {children}
        {problem !== null && <Said kind="bad">{texts.errors[problem]}</Said>}
        <div class="row end">
          <button type="button" class="button" onClick={onClose}>
            {texts.common.cancel}
          </button>
          <BusyButton busy={action.busy.value} kind={danger ? 'danger main' : 'main'}>
            {confirm}
          </BusyButton>
        </div>
      </form>
    </Dialog>
  )
}
