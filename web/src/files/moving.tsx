import type { ReadonlySignal } from '@preact/signals'
import { filesTexts } from '../texts/files.ts'
import type { Fetch } from './use-file.ts'

interface Props {
  readonly name: string
  readonly moved: ReadonlySignal<number | null>
  readonly isSending: boolean
}

/** How far a file is on its way. */
export const Moving = ({ name, moved, isSending }: Props) => {
  const texts = filesTexts()
  const part = moved.value
  if (part === null) return isSending ? <span class="muted small">{texts.waits}</span> : null
  const percent = Math.floor(part * 100)
  const label = isSending ? texts.sending(name, percent) : texts.fetching(name, percent)
  return <progress class="moving" max={100} value={percent} aria-label={label} />
}

interface MissedProps {
  readonly state: Fetch
  readonly onAgain: () => void
  /** Nobody asked for it: it is there to be read, and is not called out. */
  readonly isQuiet?: boolean
}

/** Why a file could not be had, and a way to try again. */
export const Missed = ({ state, onAgain, isQuiet = false }: MissedProps) => {
  const texts = filesTexts()
  if (state === 'idle' || state === 'fetching') return null
  return (
    <span class="missed" role={isQuiet ? undefined : 'alert'}>
      {texts[state]}{' '}
      {state !== 'gone' && (
        <button type="button" class="link" onClick={onAgain}>
          {texts.again}
        </button>
      )}
    </span>
  )
}
