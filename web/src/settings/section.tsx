import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface Props {
  readonly title: string
  readonly lead?: string
  readonly children: ComponentChildren
}

/** One matter of the settings. */
export const Section = ({ title, lead, children }: Props) => {
  const id = useId()
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {lead !== undefined && <p class="muted">{lead}</p>}
      {children}
    </section>
  )
}
