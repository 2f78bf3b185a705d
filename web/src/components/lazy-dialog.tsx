import type { ComponentChildren, ComponentType } from 'preact'
import { Dialog } from './dialog.tsx'
import { lazyPage } from './lazy-page.tsx'

interface Closable {
  readonly onClose: () => void
}

/**
 * A dialog that is loaded when it is first needed. An empty one with its title is there at once: what is typed before it has
 * come would otherwise go into the message underneath, and Enter would send it.
 */
export const lazyDialog = <Props extends Closable>(
  load: () => Promise<ComponentType<Props>>,
  title: () => string,
): ComponentType<Props> =>
  lazyPage(load, ({ onClose, children }: Closable & { readonly children: ComponentChildren }) => (
    <Dialog title={title()} onClose={onClose}>
      {children}
    </Dialog>
  ))
