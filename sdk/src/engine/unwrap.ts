import type { Effect } from './events.ts'
import { knownGroups, trustOf } from './groups.ts'
import type { Batch } from './state.ts'
import { lower } from './turn.ts'
import type { Turn } from './turn.ts'

/** Those of a batch that were not seen before. */
export function unwrapEffect(turn: Turn, batch: Batch): Extract<Effect, { readonly type: 'unwrap' }> {
  const frames = batch.entries.flatMap(({ frame, found }) =>
    found === null && frame.type === 'message' ? [{ from: lower(frame.sendername), text: frame.message_text }] : [],
  )
  return { type: 'unwrap', batch: batch.number, frames, trust: trustOf(turn, batch.asked), known: knownGroups(turn) }
}
