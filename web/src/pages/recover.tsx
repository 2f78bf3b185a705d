import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { Heading } from '../components/heading.tsx'
import { PageFrame } from '../components/page-frame.tsx'
import { lastUsername } from '../state/session.ts'
import { t } from '../texts/index.ts'
import { recoverTexts } from '../texts/recover.ts'
import { RecoverByCode } from './recover-by-code.tsx'
import { RecoverFresh } from './recover-fresh.tsx'

type Way = 'code' | 'fresh' | 'nothing'

/** Forgotten password: with the recovery code everything comes back, without it one begins anew. */
export const RecoverPage = () => {
  const { logIn } = t()
  const recover = recoverTexts()
  const id = useId()
  const way = useSignal<Way>('code')
  const name = useSignal(lastUsername())
  const ways: readonly (readonly [Way, string, string | null])[] = [
    ['code', logIn.haveCode, recover.haveCodeHint],
    ['fresh', recover.haveFresh, recover.haveFreshHint],
    ['nothing', recover.haveNothing, null],
  ]
  return (
    <PageFrame>
      <Heading text={recover.title} />
      <fieldset>
        <legend>{recover.chooseTitle}</legend>
        {ways.map(([value, label, hint]) => (
          <div class="choice" key={value}>
            <input
              type="radio"
              id={`${id}-${value}`}
              name={id}
              value={value}
              checked={way.value === value}
              aria-describedby={hint === null ? undefined : `${id}-${value}-hint`}
              onChange={() => (way.value = value)}
            />
            <label for={`${id}-${value}`}>{label}</label>
            {hint !== null && (
              <p class="hint" id={`${id}-${value}-hint`}>
                {hint}
              </p>
            )}
          </div>
        ))}
      </fieldset>
      {way.value === 'code' && <RecoverByCode name={name} />}
      {way.value === 'fresh' && <RecoverFresh name={name} />}
      {way.value === 'nothing' && <p>{recover.nothing}</p>}
    </PageFrame>
  )
}
