import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { STORED } from './stored.ts'

/** What somebody chose for this browser. */
export interface Choice {
  /** Sender and words, and not only that something came. */
  readonly withText: boolean
  readonly sound: boolean
}

export const FIRST: Choice = { withText: true, sound: false }

const read = (): Choice | null => {
  const stored = localStorage.getItem(STORED)
  if (stored === null) return null
  try {
    const { withText, sound }: Partial<Choice> = { ...JSON.parse(stored) }
    return { withText: withText !== false, sound: sound === true }
  } catch {
    return FIRST
  }
}

const current = signal<Choice | null>(read())

/** Null: this browser notifies of nothing. */
export const choice: ReadonlySignal<Choice | null> = current

/** In all tabs of this browser. */
export const keepChoice = (next: Choice | null): void => {
  if (next === null) localStorage.removeItem(STORED)
  else localStorage.setItem(STORED, JSON.stringify(next))
  current.value = next
}

addEventListener('storage', ({ key }) => {
  if (key === STORED) current.value = read()
})
