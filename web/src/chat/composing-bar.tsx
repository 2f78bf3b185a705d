import { Icon } from '../components/icon.tsx'
import { saidIn } from '../files/words.ts'
import { plainText } from '../format/rich.ts'
import { t } from '../texts/index.ts'
import { sayName } from './acts.ts'
import type { Composing } from './acts.ts'

interface Props {
  readonly composing: Composing
  readonly own: string
  readonly onCancel: () => void
}

/** How the box is called while it answers or edits something. */
export const composingLabel = ({ kind, message }: Composing, own: string): string => {
  const { acts } = t()
  return kind === 'edit' ? acts.editing : acts.replyingTo(sayName(message.sender, own, 'yourself'))
}

/** Above the box: what is being answered or edited, and a way out. */
export const ComposingBar = ({ composing, own, onCancel }: Props) => (
  <div class="composing">
    <Icon name={composing.kind === 'edit' ? 'pen' : 'reply'} size={20} />
    <div class="quote">
      <strong>{composingLabel(composing, own)}</strong>
      <span class="quoted" dir="auto">
        {plainText(saidIn(composing.message))}
      </span>
    </div>
    <button type="button" class="icon-button" aria-label={t().common.cancel} onClick={onCancel}>
      <Icon name="close" size={20} />
    </button>
  </div>
)
