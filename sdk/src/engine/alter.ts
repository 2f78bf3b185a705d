import { altered } from './altered.ts'
import type { Deed } from './altered.ts'
import { cutText, targetOf } from './content.ts'
import type { MessageRef } from './content.ts'
import type { OnDisk } from './events.ts'
import { uncountExpired } from './expired.ts'
import { stopFading } from './fading-rows.ts'
import { isAfter, preview } from './places.ts'
import type { EarlyRow, MessageLine, Peer, Write } from './rows.ts'
import type { KnownLine } from './state.ts'
import { isOwn, lower, patch, peerOf, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * What acts do to messages.
 * - A message is looked up by its writer and id, never searched for.
 * - Whatever is changed is known here until long after it is on disk (`state.lines`): what was looked up meanwhile may be older.
 * - An act that comes before its message waits for it, at most 32 of a conversation; about one that was taken away here it does nothing.
 */
const MOST_EARLY = 32
const MOST_LINES = 200
const REACTED_CHARACTERS = 60

/** @param sender in lower case */
export const refKey = ({ sender, id }: MessageRef): string => `${sender} ${id}`

export const earlyKey = ({ number, slot }: Pick<EarlyRow, 'number' | 'slot'>): string => `${number} ${slot}`

/** Remembers a message as it is from now on. */
export function noteLine(turn: Turn, ref: MessageRef, known: KnownLine): void {
  const lines = new Map(turn.state.lines)
  lines.delete(refKey(ref))
  lines.set(refKey(ref), known)
  if (lines.size > MOST_LINES) {
    const wanted = new Set(
      turn.state.outbox.flatMap(({ act }) => (act === undefined ? [] : [refKey(aboutOf(turn, act))])),
    )
    const oldest = [...lines.keys()].find((key) => !wanted.has(key))
    if (oldest !== undefined) lines.delete(oldest)
  }
  patch(turn, { lines })
}

/** What an act of this account is about. */
export const aboutOf = (turn: Turn, act: Deed['act']): MessageRef => targetOf(act, lower(turn.state.own.username))

interface Alteration {
  /** Of the conversation. */
  readonly number: number
  readonly about: MessageRef
  /** The message, when it was ever here. */
  readonly known: KnownLine | null
  readonly deed: Deed
}

/** Carries an act out. The conversation's head is changed with it; writing that is the caller's. */
export function alter(turn: Turn, { number, about, known, deed }: Alteration): readonly Write[] {
  if (known === null) return waitFor(turn, { number, about, deed })
  const { key, line } = known
  if (line === null || key[0] !== number) return []
  if (!mayMean(line, deed)) return waitFor(turn, { number, about, deed })
  const changed = altered(line, deed)
  if (changed === line) return []
  noteLine(turn, about, { key, line: changed })
  changeHead(turn, { number, about, line: changed, deed })
  const peer = peerOf(turn, number)
  // What was deleted is not to be sent again.
  const chains = peer === undefined || changed.deleted === undefined ? [] : uncountExpired(turn, peer, line)
  const fading = changed.deleted === undefined ? [] : stopFading(turn, key)
  return [{ table: 'messages', key, value: changed }, ...chains, ...fading]
}

/** Else something other came under its id, and the message itself may still be given again. */
const mayMean = ({ mark }: MessageLine, { act }: Deed): boolean =>
  mark !== 'forged' && (mark !== 'unsigned' || act.type === 'reaction')

function waitFor(turn: Turn, { number, about, deed }: Omit<Alteration, 'known'>): readonly Write[] {
  const here = [...turn.state.early.values()].filter((row) => row.number === number)
  const slot = Math.max(0, ...here.map((row) => row.slot)) + 1
  const row: EarlyRow = { number, slot, about, deed }
  const early = new Map(turn.state.early).set(earlyKey(row), row)
  const gone = here.length < MOST_EARLY ? [] : here.slice(0, here.length - MOST_EARLY + 1)
  for (const one of gone) early.delete(earlyKey(one))
  patch(turn, { early })
  return [earlyWrite(row, row), ...gone.map((one) => earlyWrite(one, null))]
}

const earlyWrite = ({ number, slot }: EarlyRow, value: EarlyRow | null): Write => ({
  table: 'early',
  key: [number, slot],
  value,
})

/** A message that has just come, as the acts that waited for it make it. */
export function metBy(
  turn: Turn,
  number: number,
  line: MessageLine,
): { readonly line: MessageLine; readonly writes: readonly Write[] } {
  const wanted = refKey({ sender: lower(line.sender), id: line.id })
  const rows = [...turn.state.early.values()].filter(
    (row) => row.number === number && refKey(row.about) === wanted && mayMean(line, row.deed),
  )
  if (rows.length === 0) return { line, writes: [] }
  const early = new Map(turn.state.early)
  for (const row of rows) early.delete(earlyKey(row))
  patch(turn, { early })
  return {
    line: rows.reduce((changed, { deed }) => altered(changed, deed), line),
    writes: rows.map((row) => earlyWrite(row, null)),
  }
}

/** What the list of conversations tells of the message, or of the reaction to it. */
function changeHead(
  turn: Turn,
  { number, about, line, deed }: Pick<Alteration, 'number' | 'about' | 'deed'> & { readonly line: MessageLine },
): void {
  const peer = peerOf(turn, number)
  if (peer === undefined) return
  const { last } = peer
  const isLast = last !== null && last.line.id === line.id && lower(last.line.sender) === about.sender
  const head = setPeer(turn, { ...peer, last: isLast ? { ...last, line: preview(line) } : last })
  if (deed.act.type === 'reaction') return noteReaction(turn, head, { about, line, deed })
  if (head.reacted === undefined || refKey(head.reacted.to) !== refKey(about)) return
  if (line.deleted === undefined) setPeer(turn, { ...head, reacted: { ...head.reacted, text: cut(line) } })
  else setPeer(turn, withoutReacted(head))
}

const cut = ({ text }: MessageLine): string => cutText(text, REACTED_CHARACTERS)

function noteReaction(
  turn: Turn,
  peer: Peer,
  { about, line, deed }: { readonly about: MessageRef; readonly line: MessageLine; readonly deed: Deed },
): void {
  const { by, act, place } = deed
  const { reacted } = peer
  if (act.type !== 'reaction' || (reacted !== undefined && !isAfter(place, reacted.place))) return
  if (act.emoji !== null) {
    const { emoji } = act
    const activeAt = Math.max(peer.activeAt, turn.now)
    setPeer(turn, { ...peer, activeAt, reacted: { place, by, emoji, to: about, text: cut(line) } })
  } else if (reacted?.by === by && refKey(reacted.to) === refKey(about)) setPeer(turn, withoutReacted(peer))
}

export function withoutReacted(peer: Peer): Peer {
  const { reacted, ...rest } = peer
  return reacted === undefined ? peer : rest
}

/** Who may be meant in this conversation. */
export const isIn = (turn: Turn, peer: Peer, { sender }: MessageRef): boolean =>
  peer.many !== undefined || isOwn(turn, sender) || lower(peer.name) === sender

/** What the list tells when that message is not there any more. @param before what is the last one then, when it was the last */
export function withoutLast(
  turn: Turn,
  { number, line, before }: { readonly number: number; readonly line: MessageRef; readonly before: OnDisk | null },
): Peer {
  const peer = peerOf(turn, number)
  if (peer === undefined) throw new TypeError(`The conversation ${number} is not there.`)
  const about = { sender: lower(line.sender), id: line.id }
  const isReacted = peer.reacted !== undefined && refKey(peer.reacted.to) === refKey(about)
  const kept = isReacted ? withoutReacted(peer) : peer
  if (peer.last?.line.id !== line.id || lower(peer.last.line.sender) !== about.sender) return setPeer(turn, kept)
  const last =
    before === null
      ? null
      : { place: { seq: Number(before.key[1]), sub: Number(before.key[2]) }, line: preview(before.line) }
  return setPeer(turn, { ...kept, last })
}
