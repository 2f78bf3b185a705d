import { useSignal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { problemOf } from '../state/problems.ts'
import type { Problem } from '../state/problems.ts'

export interface Action {
  readonly busy: ReadonlySignal<boolean>
  /** What went wrong the last time, or null. */
  readonly problem: ReadonlySignal<Problem | null>
  /** Does nothing while it runs already: a double click is one click. */
  readonly run: () => void
  readonly clear: () => void
}

/** Something that takes a moment and may fail, with what a page needs to show of it. */
export const useAction = (work: () => Promise<void>): Action => {
  const busy = useSignal(false)
  const problem = useSignal<Problem | null>(null)
  const attempt = async (): Promise<void> => {
    busy.value = true
    problem.value = null
    try {
      await work()
    } catch (error) {
      problem.value = problemOf(error)
    }
    busy.value = false
  }
  return {
    busy,
    problem,
    run: () => {
      if (!busy.peek()) void attempt()
    },
    clear: () => (problem.value = null),
  }
}
