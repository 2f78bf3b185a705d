import type { Place } from '../messenger.ts'
import type { Act } from './content.ts'
import { isAfter } from './places.ts'
import type { MessageLine } from './rows.ts'

/** An act, who did it, and where it stands. */
export interface Deed {
  readonly act: Act
  /** In lower case. */
  readonly by: string
  /** Done by this account. */
  readonly own: boolean
  /** Fingerprint of the key that signed it. */
  readonly signedBy: string | null
  /** The doer's clock, Unix ms. */
  readonly at: number
  readonly place: Place
}

/**
 * A message as it is after that deed. In whatever order deeds come, the outcome is the same.
 * - Who did not sign a message changes nothing of it but their own reaction: neither its text nor whether it is there.
 * - A deleted one stays deleted, whatever else comes.
 * - Of several edits, and of one person's reactions, that in the later place counts.
 * @returns the very same line when the deed changes nothing
 */
export function altered(line: MessageLine, deed: Deed): MessageLine {
  const { act, at, place } = deed
  if (line.deleted !== undefined || line.mark === 'forged') return line
  if (act.type === 'reaction') return withReaction(line, deed, act.emoji)
  if (!isWriter(line, deed)) return line
  if (act.type === 'delete') return withoutText(line, at)
  const isLatest = line.edited === undefined || isAfter(place, line.edited.place)
  return isLatest ? { ...line, text: act.text, edited: { at, place } } : line
}

/** The name alone proves nothing: a server may present a key of its own for it. */
const isWriter = ({ own, fingerprint }: MessageLine, deed: Deed): boolean =>
  own === deed.own && (fingerprint === null ? own : fingerprint === deed.signedBy)

function withReaction(line: MessageLine, { by, place }: Deed, emoji: string | null): MessageLine {
  const { reactions = [] } = line
  const before = reactions.find((one) => one.by === by)
  if (before !== undefined && !isAfter(place, before.place)) return line
  return { ...line, reactions: [...reactions.filter((one) => one !== before), { by, emoji, place }] }
}

function withoutText(line: MessageLine, at: number): MessageLine {
  const { kind, id, sender, own, state, mark, reason, fingerprint, knownSince, link, inGroup } = line
  const facts = { kind, id, sender, own, at: line.at, mark, reason, fingerprint, knownSince }
  const tied = { ...(link === undefined ? {} : { link }), ...(inGroup === undefined ? {} : { inGroup }) }
  // Nobody sends it again.
  const settled = state === 'expired' ? 'accepted' : state
  return { ...facts, state: settled, ...tied, text: '', deleted: at }
}
