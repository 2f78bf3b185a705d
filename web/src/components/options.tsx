import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'

/** Options under a field: the focus stays in the field, which moves the choice by the arrow keys and takes it by Enter. */
export interface Choosing<T> {
  readonly chosen: T | undefined
  readonly choose: (option: T) => void
  /** Back to the first. */
  readonly reset: () => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 }

export const useChoosing = <T,>(options: readonly T[]): Choosing<T> => {
  const at = useSignal(0)
  return {
    chosen: options[at.value] ?? options[0],
    choose: (option) => (at.value = options.indexOf(option)),
    reset: () => (at.value = 0),
    onKeyDown: (event) => {
      const by = STEPS[event.key]
      if (by === undefined || event.isComposing) return
      event.preventDefault()
      at.value = (at.value + by + options.length) % Math.max(1, options.length)
    },
  }
}

interface Props<T> {
  readonly id: string
  readonly label: string
  readonly options: readonly T[]
  readonly choosing: Choosing<T>
  readonly keyOf: (option: T) => string
  readonly onTake: () => void
  readonly children: (option: T) => ComponentChildren
}

/** The element that `aria-activedescendant` names. */
export const optionId = (id: string, key: string): string => `${id}-${key}`

export const Options = <T,>({ id, label, options, choosing, keyOf, onTake, children }: Props<T>) => (
  <ul class="options" id={id} role="listbox" aria-label={label}>
    {options.map((option) => (
      <li
        key={keyOf(option)}
        id={optionId(id, keyOf(option))}
        role="option"
        aria-selected={option === choosing.chosen}
        onPointerDown={(event) => {
          event.preventDefault()
          choosing.choose(option)
        }}
        onClick={() => onTake()}
      >
        {children(option)}
      </li>
    ))}
  </ul>
)
