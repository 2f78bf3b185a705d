import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { BusyButton } from '../components/busy-button.tsx'
import { useAction } from '../components/use-action.ts'
import { askToKeep, readKeeping } from '../device/keeping.ts'
import type { Keeping as Answer } from '../device/keeping.ts'
import { settingsTexts } from '../texts/settings.ts'

/** Whether this browser promises to keep the messages, and a way to ask it for that. */
export const Keeping = () => {
  const { keeping } = settingsTexts().history
  const answer = useSignal<Answer | null>(null)
  const refused = useSignal(false)
  const words = useRef<HTMLOutputElement>(null)
  useEffect(() => {
    void readKeeping().then((now) => (answer.value = now))
  }, [answer])
  const ask = useAction(async () => {
    refused.value = false
    answer.value = await askToKeep()
    refused.value = answer.value !== 'kept'
    /** The button goes, and must not take the focus with it. */
    if (answer.value === 'kept') words.current?.focus()
  })
  if (answer.value === null) return null
  return (
    <div class="stack">
      <output ref={words} tabIndex={-1}>
        {keeping[answer.value]} {refused.value && keeping.refused}
      </output>
      {answer.value === 'may be cleared' && (
        <div class="row">
          <BusyButton busy={ask.busy.value} kind="plain" onPress={ask.run}>
            {keeping.ask}
          </BusyButton>
        </div>
      )}
    </div>
  )
}
