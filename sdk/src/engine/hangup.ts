import { effect, notify, patch, patchLine } from './turn.ts'
import type { Turn } from './turn.ts'
import type { Batch, LinePhase, OutboxItem } from './state.ts'

/** How often the server may close the line over one frame before the message is given up. */
const DISLIKED_LIMIT = 3

export function setPhase(turn: Turn, phase: LinePhase): void {
  patchLine(turn, { phase })
  effect(turn, notify({ kind: 'connection' }))
}

/**
 * The line is gone: what was under way on it is forgotten, and nothing is lost by that. Unanswered sends go back to `ready`,
 * frames that are not committed come again.
 * @param disliked the server closed over a bad frame
 */
export function dropLine(turn: Turn, disliked: boolean): void {
  const keys = new Map([...turn.state.keys].filter(([, asked]) => asked.phase !== 'asking'))
  for (const { ticket } of turn.state.opening) {
    effect(turn, { type: 'settle', ticket, error: 'unavailable', value: '' })
  }
  const outbox = turn.state.outbox.map((item) => (item.stage === 'flying' ? land(turn, item, disliked) : item))
  const groups = new Map(turn.state.groups)
  for (const [id, group] of groups) if (group.stage === 'flying') groups.set(id, { ...group, stage: 'ready' })
  const batch = hasMovedGroups(turn.state.batch) ? turn.state.batch : null
  patch(turn, { keys, outbox, groups, opening: [], queue: [], batch, awaited: null, askWaiting: false })
  if (disliked) patch(turn, { window: 1 })
  effect(turn, { type: 'cancel timer', name: 'beat' }, { type: 'cancel timer', name: 'ask' })
}

/** What it gave is nowhere but in it: it is finished without the line. */
const hasMovedGroups = (batch: Batch | null): boolean =>
  batch !== null && batch.isGrouped && (batch.phase === 'unwrapping' || batch.secrets !== null)

/** Only while one message at a time is under way it is clear which frame the server disliked. */
const land = (turn: Turn, item: OutboxItem, disliked: boolean): OutboxItem => ({
  ...item,
  stage: 'ready',
  disliked: disliked && turn.state.window === 1 ? item.disliked + 1 : item.disliked,
})

export const isGivenUp = (item: OutboxItem): boolean => item.disliked >= DISLIKED_LIMIT

export function hangUp(turn: Turn): void {
  effect(turn, { type: 'hang up', line: turn.state.line.number })
  // From here on nothing that the old socket still says is meant for us.
  patchLine(turn, { number: turn.state.line.number + 1 })
  dropLine(turn, false)
}

/** The session is over, or the account has other keys now. The outbox stays; a nudge tries again. */
export function signOut(turn: Turn): void {
  hangUp(turn)
  effect(turn, { type: 'cancel timer', name: 'connect' })
  setPhase(turn, 'signed out')
}
