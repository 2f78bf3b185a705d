import type { ComponentChildren } from 'preact'
import { formatRoute, navigate } from '../router.ts'
import type { Route } from '../router.ts'

interface Props {
  readonly to: Route
  readonly class?: string
  readonly current?: boolean
  readonly label?: string
  readonly children: ComponentChildren
}

const isPlainClick = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey

/** A link inside the app: a real address (so that it can be opened in a new tab), followed without loading the page again. */
export const Link = ({ to, class: className, current = false, label, children }: Props) => (
  <a
    href={formatRoute(to)}
    class={className}
    aria-current={current ? 'page' : undefined}
    aria-label={label}
    onClick={(event) => {
      if (!isPlainClick(event)) return
      event.preventDefault()
      navigate(to)
    }}
  >
    {children}
  </a>
)
