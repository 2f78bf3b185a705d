import type { QuoteView } from '@chatnip/sdk'
import { plainText } from '../format/rich.ts'
import { t } from '../texts/index.ts'
import { sayName } from './acts.ts'

interface Props {
  readonly id: string
  readonly quote: QuoteView
  readonly own: string
  /** Who answers: of what is not here theirs is the only word. */
  readonly sender: string
  readonly tabStop: boolean
  readonly onPress: () => void
}

const Words = ({ quote, own, sender }: Pick<Props, 'quote' | 'own' | 'sender'>) => {
  const { acts } = t()
  if (quote.state === 'deleted') return <em>{acts.deleted}</em>
  if (quote.text === '') return <em>{acts.notHere}</em>
  return (
    <>
      <span dir="auto">{plainText(quote.text)}</span>
      {quote.state === 'told' && <em> {acts.quotedBy(sayName(sender, own))}</em>}
    </>
  )
}

/** What a message answers, above its words; a press leads there. */
export const Quote = ({ id, quote, own, sender, tabStop, onPress }: Props) => {
  const { acts } = t()
  const said = (
    <>
      <strong>{acts.inAnswerTo(sayName(quote.sender, own))}</strong>
      <span class="quoted">
        <Words quote={quote} own={own} sender={sender} />
      </span>
    </>
  )
  if (quote.state === 'told')
    return (
      <div class="quote" id={id}>
        {said}
      </div>
    )
  return (
    <button
      type="button"
      class="quote"
      id={id}
      tabIndex={tabStop ? 0 : -1}
      title={acts.goToQuoted}
      data-action="quoted"
      onClick={onPress}
    >
      {said}
    </button>
  )
}
