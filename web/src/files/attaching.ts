import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'

/** Files that were chosen for the next message. */
export interface Attaching {
  readonly files: Signal<readonly File[]>
  /** Pictures go as they are, with all that a camera wrote into them. */
  readonly untouched: Signal<boolean>
  readonly add: (files: Iterable<File>) => void
  /** They are being put into the outbox. */
  readonly isBusy: Signal<boolean>
  /** What stood in the way the last time, in words. */
  readonly problem: Signal<string | null>
  /** A file is being dragged over the conversation. */
  readonly isOver: Signal<boolean>
}

export const useAttaching = (): Attaching => {
  const files = useSignal<readonly File[]>([])
  const untouched = useSignal(false)
  const isBusy = useSignal(false)
  const problem = useSignal<string | null>(null)
  const isOver = useSignal(false)
  return useMemo(
    () => ({ files, untouched, isBusy, problem, isOver, add: (more) => (files.value = [...files.peek(), ...more]) }),
    [files],
  )
}

const carriesFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true

/**
 * For the element onto which files may be dropped. Text that is dragged goes where it always goes.
 * @param isOpen false: nothing can be sent; a file that is let go must not open in place of the app then either
 */
export const dropHandlers = ({ add, isOver }: Attaching, isOpen: boolean) => {
  const over = (event: DragEvent) => {
    if (!carriesFiles(event)) return
    event.preventDefault()
    if (isOpen) isOver.value = true
    else if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'none'
  }
  return {
    onDragEnter: over,
    onDragOver: over,
    onDragLeave: ({ currentTarget, relatedTarget }: DragEvent) => {
      const isWithin =
        currentTarget instanceof Node && relatedTarget instanceof Node && currentTarget.contains(relatedTarget)
      if (!isWithin) isOver.value = false
    },
    onDrop: (event: DragEvent) => {
      isOver.value = false
      if (!carriesFiles(event)) return
      event.preventDefault()
      if (isOpen) add(event.dataTransfer?.files ?? [])
    },
  }
}
