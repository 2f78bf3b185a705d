import type { ComponentChildren } from 'preact'
import { useEffect, useId } from 'preact/hooks'
import { Icon } from './icon.tsx'

/** What the control inside must carry so that label, hint and error belong to it. */
export interface FieldProps {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': boolean
}

interface Props {
  readonly label: string
  readonly hint?: string | undefined
  readonly error?: string | null | undefined
  readonly children: (props: FieldProps) => ComponentChildren
}

/** An error that comes up while nobody types leads to its field; with several, to the first. */
const useFocusOnError = (id: string, wrong: boolean): void => {
  useEffect(() => {
    if (wrong && !(document.activeElement instanceof HTMLInputElement)) document.getElementById(id)?.focus()
  }, [id, wrong])
}

/** A labelled control with its hint and, next to it, what is wrong with it. */
export const Field = ({ label, hint, error, children }: Props) => {
  const id = useId()
  const wrong = error !== null && error !== undefined
  useFocusOnError(id, wrong)
  const described = [hint === undefined ? '' : `${id}-hint`, wrong ? `${id}-error` : ''].filter((part) => part !== '')
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-describedby': described.length === 0 ? undefined : described.join(' '),
        'aria-invalid': wrong,
      })}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong && (
        <p class="error" id={`${id}-error`} role="alert">
          <Icon name="warning" size={18} />
          <span>{error}</span>
        </p>
      )}
    </div>
  )
}
