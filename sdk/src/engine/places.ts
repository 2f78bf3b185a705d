import type { ServerFrame } from '@chatnip/protocol'
import type { Place } from '../messenger.ts'
import { withoutThumbs } from './files.ts'
import type { LogicalKey, MessageLine } from './rows.ts'
import { patch, patchMeta, PREVIEW_CHARACTERS } from './turn.ts'
import type { Turn } from './turn.ts'

/** Where lines stand: by the seq of the own mailbox, never by anybody's clock. */

/** The place of a mailbox frame that was not seen before; moves the cursor. Notes the seqs that never came. */
export function placeReceived(turn: Turn, seq: number): Place {
  if (seq <= turn.state.meta.cursor) recount(turn, seq - 1)
  passSeq(turn, seq)
  const place = { seq: turn.state.meta.base + seq, sub: 0 }
  patchMeta(turn, { top: Math.max(turn.state.meta.top, place.seq) })
  return place
}

/** The cursor passes a frame that is dealt with. */
export function passSeq(turn: Turn, seq: number): void {
  const { cursor, gaps } = turn.state.meta
  if (seq > cursor) patchMeta(turn, { cursor: seq, gaps: gaps + seq - cursor - 1 })
}

/** The place of an own message that the server has just accepted, and the row that it gets. */
export function placeSent(
  turn: Turn,
  { after, duplicate }: Extract<ServerFrame, { readonly type: 'sent' }>,
  conversation: number,
): { place: Place; key: LogicalKey } {
  // Accepted on this line, yet standing before what came on earlier ones: the server counts this mailbox anew.
  if (duplicate !== true && after < turn.state.line.cursorAtOpen) recount(turn, after)
  const { base, top, sub } = turn.state.meta
  const place = { seq: base + after, sub: sub + 1 }
  patchMeta(turn, { top: Math.max(top, place.seq), sub: sub + 1 })
  return { place, key: [conversation, place.seq, place.sub] }
}

/** A mailbox that is counted anew (another device id, a server restored from a backup) goes on behind everything that is there. */
function recount(turn: Turn, seq: number): void {
  patchMeta(turn, { base: turn.state.meta.top + 1 - seq, cursor: seq })
  patch(turn, { line: { ...turn.state.line, cursorAtOpen: seq } })
}

export const isAfter = (a: Place, b: Place): boolean => (a.seq === b.seq ? a.sub > b.sub : a.seq > b.seq)

export const preview = ({ files, ...line }: MessageLine): MessageLine => ({
  ...line,
  text: line.text.slice(0, PREVIEW_CHARACTERS),
  ...(files === undefined ? {} : { files: withoutThumbs(files) }),
})
