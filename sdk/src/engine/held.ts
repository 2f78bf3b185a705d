import type { Call } from './events.ts'
import { fail, pump } from './outbox.ts'
import { commit, findItem, itemWrite, setItem, settle } from './turn.ts'
import type { Turn } from './turn.ts'

/** What becomes of a message whose files are on the server, or will not be. */
export function onFilesSettled(
  turn: Turn,
  ticket: number,
  { id, refusal }: Extract<Call, { readonly type: 'files settled' }>,
): void {
  const item = findItem(turn, id)
  if (item?.isHeld !== true || item.stage === 'failed') return commit(turn, [], settle(ticket))
  const free = { ...item, isHeld: false }
  if (refusal !== null) fail(turn, item, refusal)
  else setItem(turn, free)
  commit(turn, refusal === null ? [itemWrite(free)] : [], settle(ticket))
  pump(turn)
}
