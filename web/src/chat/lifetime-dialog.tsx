import { useSignal } from '@preact/signals'
import type { Messenger } from '@chatnip/sdk'
import { BusyButton } from '../components/busy-button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { duration } from '../format/time.ts'
import { locale, t } from '../texts/index.ts'

/** An hour, a day, a week, four weeks: in seconds. */
const LIFETIMES = [3_600, 86_400, 604_800, 2_419_200] as const

interface Props {
  readonly messenger: Messenger
  readonly name: string
  /** As it is now. */
  readonly seconds: number
  readonly onClose: () => void
}

/** Some other client may have set what is not among ours. */
const choicesWith = (seconds: number): readonly number[] =>
  [...new Set([0, ...LIFETIMES, seconds])].toSorted((a, b) => a - b)

/** Asks how long messages are to stay. */
export const LifetimeDialog = ({ messenger, name, seconds, onClose }: Props) => {
  const { fading, common, errors } = t()
  const chosen = useSignal(seconds)
  const isNote = name === messenger.profile.username
  const save = useAction(async () => {
    await messenger.setLifetime(name, chosen.peek())
    onClose()
  })
  const problem = save.problem.value
  return (
    <Dialog title={fading.title} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          save.run()
        }}
      >
        <fieldset class="choices">
          <legend>{isNote ? fading.leadNote : fading.lead(name)}</legend>
          {choicesWith(seconds).map((value) => (
            <label key={value} class="switch">
              <input
                type="radio"
                name="lifetime"
                checked={chosen.value === value}
                onChange={() => (chosen.value = value)}
              />
              {value === 0 ? fading.off : fading.after(duration(locale.value, value))}
            </label>
          ))}
        </fieldset>
        <p class="hint">{fading.limits}</p>
        {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
        <div class="row end">
          <button type="button" class="button" onClick={onClose}>
            {common.cancel}
          </button>
          <BusyButton busy={save.busy.value}>{fading.save}</BusyButton>
        </div>
      </form>
    </Dialog>
  )
}
