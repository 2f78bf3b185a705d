import { refKey } from './alter.ts'
import type { MessageRef } from './content.ts'
import type { After } from './events.ts'
import { beginFading, startFading } from './fading-rows.ts'
import { isAfter, preview } from './places.ts'
import type { LogicalKey, MessageLine, Peer, Table, Write } from './rows.ts'
import type { Found, KnownLine } from './state.ts'
import type { Place } from '../messenger.ts'
import { notify, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

/** What a batch comes to: rows (the last write of a row counts) and what is told once they are on disk. */
export interface Outcome {
  readonly writes: Map<string, Write>
  readonly changed: Map<number, Peer>
  readonly contacts: Set<string>
  readonly arrived: After[]
  /** Sender and id of what this batch itself holds. */
  readonly ids: Set<string>
}

const rowKey = (table: Table, key: LogicalKey): string => JSON.stringify([table, key])

export const write = (outcome: Outcome, ...writes: readonly Write[]): void => {
  for (const one of writes) outcome.writes.set(rowKey(one.table, one.key), one)
}

/**
 * Somebody else's act is carried out, and nobody asks this device to give it again: what is left of it is its id. A row for each, which
 * is never shown, would let a conversation grow by what nobody sees, and every page of it be read through them.
 */
export const doneAct = (sender: string, id: string): Write => ({
  table: 'ids',
  key: [sender, id],
  value: { line: null },
})

/** A message as it is now: changed lately, written by this batch, or as it was found on disk. Null: it was never here. */
export function lookedUp(turn: Turn, outcome: Outcome, about: MessageRef, found: Found | null): KnownLine | null {
  const known = turn.state.lines.get(refKey(about))
  if (known !== undefined) return known
  const fresh = outcome.writes.get(rowKey('ids', [about.sender, about.id]))
  const row = fresh?.table === 'ids' ? fresh.value : found?.row
  // What came and could not be read is still to come, as if it had never been here.
  if (row === undefined || row === null || row.isMissing === true) return null
  const key = row.line ?? []
  const written = outcome.writes.get(rowKey('messages', key))
  const line = written?.table === 'messages' ? written.value : (found?.line ?? null)
  return { key, line: line?.kind === 'message' ? line : null }
}

/** The conversation's head: last message, unread count. Having answered from another device, the person has read what was there. */
export function show(
  turn: Turn,
  { peer, place, line }: { peer: Peer; place: Place; line: MessageLine },
  outcome: Outcome,
): void {
  const isLast = peer.last === null || isAfter(place, peer.last.place)
  const read = isLast ? 0 : peer.unread
  const shown = setPeer(turn, {
    ...peer,
    last: isLast ? { place, line: preview(line) } : peer.last,
    unread: line.own ? read : peer.unread + 1,
    activeAt: Math.max(peer.activeAt, turn.now),
  })
  outcome.changed.set(peer.number, shown)
  write(outcome, ...startFading(turn, [peer.number, place.seq, place.sub], line))
  if (shown.unread === 0) write(outcome, ...beginFading(turn, peer.number))
  if (!line.own && shown.asks !== true) outcome.arrived.push(notify({ kind: 'arrived', peer: shown, place, line }))
}
