import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'

interface Props {
  readonly kind?: 'good' | 'bad' | 'warn'
  readonly children: ComponentChildren
}

/** The result of something, said where it happened and to screen readers at once. */
export const Said = ({ kind = 'good', children }: Props) => (
  <div class={`said ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
    <Icon name={kind === 'good' ? 'tick' : 'warning'} size={20} />
    <div>{children}</div>
  </div>
)
