import type { Event } from './events.ts'
import { beginStep, endStep } from './groups.ts'
import { groupPart } from './part.ts'
import { effect, patch } from './turn.ts'
import type { After } from './events.ts'
import type { Turn } from './turn.ts'

/** Key packages, from which others begin groups with this device: counted on each new line and every day, and topped up. */

const DAY_MS = 86_400_000

export const stockIsDue = (turn: Turn): void => patch(turn, { stock: 'due' })

export function lookAfterStock(turn: Turn): void {
  if (turn.state.stock !== 'due' || turn.state.isStepping || turn.state.line.phase !== 'online') return
  patch(turn, { stock: 'busy' })
  beginStep(turn)
  effect(turn, { type: 'stock' }, { type: 'timer', name: 'stock', ms: DAY_MS })
}

/** Null: the server does not say. */
export function onStocked(turn: Turn, { made }: Extract<Event, { readonly type: 'stocked' }>): void {
  if (turn.state.stock === 'busy') patch(turn, { stock: 'done' })
  if (made === null) return patch(turn, { isStepping: false })
  const { texts, lastResort, secrets } = made
  const publish: readonly After[] =
    texts.length > 0 || lastResort !== null ? [{ type: 'publish', texts, lastResort }] : []
  if (lastResort !== null) groupPart()?.armGreeting(turn)
  endStep(turn, secrets, ...publish)
}
