import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { peopleTexts } from '../texts/people.ts'

interface Props {
  readonly name: string
  /** What has come so far goes too. */
  readonly isRequest: boolean
  readonly onConfirm: () => Promise<void>
  readonly onClose: () => void
}

/** Says what blocking is before it is done. */
export const BlockDialog = ({ name, isRequest, onConfirm, onClose }: Props) => {
  const texts = peopleTexts()
  return (
    <ConfirmDialog title={texts.blockQuestion(name)} confirm={texts.block} onConfirm={onConfirm} onClose={onClose}>
      <p>
        {texts.blockWhat(name)} {isRequest && texts.blockRequest}
      </p>
      <p class="muted">{texts.blockServer}</p>
    </ConfirmDialog>
  )
}
