import { signal } from '@preact/signals'
import type { Place } from '@chatnip/sdk'

/** A message to be shown in the conversation of that name as soon as it is open. `key`: of its line in the log. */
export interface Target {
  readonly name: string
  readonly place: Place
  readonly key: string
}

/** Set by whoever leads to a message, taken by the conversation. */
export const target = signal<Target | null>(null)
