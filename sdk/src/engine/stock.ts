import type { Event } from './events.ts'
import { beginStep, endStep } from './groups.ts'
import { groupPart } from './part.ts'
import { ownIn } from './own-leaves.ts'
import { effect, patch } from './turn.ts'
import type { After } from './events.ts'
import type { Turn } from './turn.ts'

/**
 * Key packages, from which others begin groups with this device, are counted on each new line, when one was used, and every day, and topped
 * up; with them it is asked which devices the account has. A line that comes and goes asks once a minute.
 */

const DAY_MS = 86_400_000
const PAUSE_MS = 60_000

export const stockIsDue = (turn: Turn): void => patch(turn, { stock: 'due' })

const SOON_MS = 2_000

/** On a new line. Who has groups has left key packages there before; then what is on the screen goes first, since this loads the part for groups. */
export function stockSoon(turn: Turn): void {
  if (turn.state.groups.size === 0) return stockIsDue(turn)
  effect(turn, { type: 'timer', name: 'stock', ms: SOON_MS })
}

export function lookAfterStock(turn: Turn): void {
  if (turn.state.stock !== 'due' || turn.state.isStepping || turn.state.line.phase !== 'online') return
  const since = turn.now - turn.state.stockedAt
  if (since >= 0 && since < PAUSE_MS) {
    patch(turn, { stock: 'done' })
    return effect(turn, { type: 'timer', name: 'stock', ms: PAUSE_MS - since })
  }
  patch(turn, { stock: 'busy', stockedAt: turn.now })
  beforeDevices(turn)
  beginStep(turn)
  effect(turn, { type: 'stock' }, { type: 'timer', name: 'stock', ms: DAY_MS })
}

/** Who comes in from now on may be missing in the answer. */
function beforeDevices(turn: Turn): void {
  const groups = [...turn.state.groups.values()]
  patch(turn, { known: [...new Set(groups.flatMap((group) => ownIn(turn, group).map(({ device }) => device)))] })
}

/** Null: the server does not say. */
export function onStocked(turn: Turn, { made, devices }: Extract<Event, { readonly type: 'stocked' }>): void {
  if (turn.state.stock === 'busy') patch(turn, { stock: 'done' })
  groupPart()?.onDevices(turn, devices)
  if (made === null) {
    // Where there are groups the server did not answer: without key packages nobody could begin one with this device until the next line.
    if (groupPart() !== null) effect(turn, { type: 'timer', name: 'stock', ms: PAUSE_MS })
    return patch(turn, { isStepping: false })
  }
  const { texts, lastResort, secrets } = made
  const publish: readonly After[] =
    texts.length > 0 || lastResort !== null ? [{ type: 'publish', texts, lastResort }] : []
  if (lastResort !== null) groupPart()?.armGreeting(turn)
  endStep(turn, secrets, ...publish)
}
