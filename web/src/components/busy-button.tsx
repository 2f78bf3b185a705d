import type { ComponentChildren } from 'preact'

interface Props {
  readonly busy: boolean
  /** Said in the button's place while it works. */
  readonly busyText?: string
  readonly kind?: 'main' | 'danger' | 'danger main' | 'plain'
  readonly wide?: boolean
  /** Without it the button submits its form. */
  readonly onPress?: () => void
  readonly children: ComponentChildren
}

/** A button that shows that it works. It stays focusable meanwhile, so that the place on the page is not lost. */
export const BusyButton = ({ busy, busyText, kind = 'main', wide = false, onPress, children }: Props) => (
  <button
    type={onPress === undefined ? 'submit' : 'button'}
    class={`button ${kind}${wide ? ' wide' : ''}`}
    aria-disabled={busy}
    onClick={(event) => {
      if (busy) event.preventDefault()
      else onPress?.()
    }}
  >
    {busy && <span class="spinner" aria-hidden="true" />}
    <span role={busy ? 'status' : undefined}>{busy ? (busyText ?? children) : children}</span>
  </button>
)
