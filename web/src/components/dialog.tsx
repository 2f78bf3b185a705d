import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../texts/index.ts'
import { Icon } from './icon.tsx'

interface Props {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** What has the focus, and around it what else can have it: a button may go with what it stood at while the dialog is open. */
const focusPath = (): readonly HTMLElement[] => {
  const path: HTMLElement[] = []
  for (let at = document.activeElement; at !== null; at = at.parentElement)
    if (at instanceof HTMLElement && (path.length === 0 || at.hasAttribute('tabindex'))) path.push(at)
  return path
}

/** A modal dialog (the browser's own: it keeps the focus inside, closes by Escape and gives the focus back). */
export const Dialog = ({ title, onClose, children }: Props) => {
  const element = useRef<HTMLDialogElement>(null)
  const id = useId()
  /** Open before the next key: one that came before the next frame would be typed into the page underneath. */
  useLayoutEffect(() => {
    const dialog = element.current
    const before = focusPath()
    dialog?.showModal()
    /** Where one types, else the button that changes nothing; left alone it would be the cross. */
    dialog?.querySelector<HTMLElement>('input:not([tabindex="-1"]), form .button')?.focus()
    return () => {
      dialog?.close()
      before.find(({ isConnected }) => isConnected)?.focus()
    }
  }, [])
  return (
    <dialog ref={element} class="dialog" aria-labelledby={id} onClose={() => element.current !== null && onClose()}>
      <div class="stack">
        <div class="dialog-head">
          <h2 id={id}>{title}</h2>
          <button type="button" class="icon-button" aria-label={t().common.close} onClick={onClose}>
            <Icon name="close" size={20} />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  )
}
