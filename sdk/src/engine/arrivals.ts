import type { Place } from '../messenger.ts'
import type { After } from './events.ts'
import { adoptKey } from './pins.ts'
import { isAfter, passSeq, placeReceived, preview } from './places.ts'
import type { LogicalKey, MessageLine, Peer, Line, Write } from './rows.ts'
import type { Batch, Entry, MailboxFrame, Opened } from './state.ts'
import {
  commit,
  CONVERSATIONS,
  ensurePeer,
  isOwn,
  lower,
  messagesChanged,
  metaWrite,
  notify,
  peerWrite,
  setPeer,
} from './turn.ts'
import type { Turn } from './turn.ts'

type MessageFrame = Extract<MailboxFrame, { readonly type: 'message' }>

/** What a batch comes to: rows (the last write of a row counts) and what is told once they are on disk. */
interface Outcome {
  readonly writes: Map<string, Write>
  readonly changed: Map<number, Peer>
  readonly contacts: Set<string>
  readonly arrived: After[]
  /** Sender and id of what this batch itself holds. */
  readonly ids: Set<string>
}

/** Writes the whole batch in one commit and acknowledges it behind that. */
export function finishBatch(turn: Turn, batch: Batch): void {
  const outcome: Outcome = { writes: new Map(), changed: new Map(), contacts: new Set(), arrived: [], ids: new Set() }
  for (const entry of batch.entries) {
    if (entry.frame.type === 'expired') takeExpired(turn, entry, outcome)
    else takeMessage(turn, entry, entry.frame, outcome)
    passSeq(turn, entry.frame.seq)
  }
  for (const { number, name } of outcome.changed.values()) {
    write(outcome, peerWrite(turn.state.peers.get(lower(name)) ?? raise(number)))
  }
  write(outcome, metaWrite(turn))
  commit(turn, [...outcome.writes.values()], ...afterwards(turn, batch, outcome))
}

const raise = (number: number): never => {
  throw new TypeError(`The conversation ${number} is not there.`)
}

function afterwards(turn: Turn, batch: Batch, outcome: Outcome): readonly After[] {
  const upto = batch.entries.at(-1)?.frame.seq ?? 0
  return [
    { type: 'send', line: turn.state.line.number, frame: { type: 'ack', upto } },
    { type: 'event', event: { type: 'committed', batch: batch.number } },
    ...[...outcome.changed.values()].map(messagesChanged),
    ...[...outcome.contacts].map((name) => notify({ kind: 'contact', name })),
    ...(outcome.changed.size > 0 ? [CONVERSATIONS] : []),
    ...outcome.arrived,
  ]
}

const write = (outcome: Outcome, ...writes: readonly Write[]): void => {
  for (const one of writes) outcome.writes.set(JSON.stringify([one.table, one.key]), one)
}

function takeMessage(turn: Turn, entry: Entry, frame: MessageFrame, outcome: Outcome): void {
  const identity = `${lower(frame.sendername)} ${frame.id}`
  if (entry.found !== null || entry.opened === null || outcome.ids.has(identity)) return
  outcome.ids.add(identity)
  const place = placeReceived(turn, frame.seq)
  const own = ownAddressee(turn, frame, entry.opened)
  const peer = ensurePeer(turn, own ?? frame.sendername)
  const line = lineOf(turn, frame, { opened: entry.opened, peer, own: own !== null })
  const key: LogicalKey = [peer.number, place.seq, place.sub]
  write(
    outcome,
    { table: 'messages', key, value: line },
    { table: 'ids', key: [lower(frame.sendername), frame.id], value: { line: key } },
  )
  const known = own === null ? meetSender(turn, { peer, frame, entry, seq: place.seq }, outcome) : peer
  outcome.changed.set(peer.number, known)
  if (line.kind === 'message') show(turn, { peer: known, place, line }, outcome)
}

/** Whom this own message from another device went to; null: it is somebody else's, or nobody proves that it is ours. */
const ownAddressee = (turn: Turn, frame: MessageFrame, opened: Opened): string | null =>
  isOwn(turn, frame.sendername) && isSigned(opened) ? opened.to : null

const isSigned = (opened: Opened): boolean => opened.mark === 'verified' || opened.mark === 'new key'

/** Takes over the sender's name as registered, and the key that the message showed to be theirs. */
function meetSender(
  turn: Turn,
  { peer, frame, entry, seq }: { peer: Peer; frame: MessageFrame; entry: Entry; seq: number },
  outcome: Outcome,
): Peer {
  const named = peer.name === frame.sendername ? peer : setPeer(turn, { ...peer, name: frame.sendername })
  const { opened, asked } = entry
  const isNews = opened?.mark === 'new key' || (opened?.mark !== 'forged' && named.pinned === null)
  if (asked === null || !isNews) return named
  const writes = adoptKey(turn, named, asked, seq)
  if (writes.length > 0) outcome.contacts.add(named.name)
  write(outcome, ...writes)
  return turn.state.peers.get(lower(named.name)) ?? named
}

function lineOf(
  turn: Turn,
  frame: MessageFrame,
  { opened, peer, own }: { opened: Opened; peer: Peer; own: boolean },
): Line {
  const { id, sendername: sender } = frame
  const at = opened.at ?? frame.timestamp * 1000
  const { body } = opened
  if (body !== null && typeof body.text !== 'string') return { kind: 'unknown', id, sender, at, body }
  const text = typeof body?.text === 'string' ? body.text : ''
  const facts = { kind: 'message', id, sender, own, text, at } as const
  if (own) return { ...facts, state: 'accepted', mark: null, reason: null, fingerprint: null, knownSince: null }
  const { mark, reason, signedBy: fingerprint } = opened
  const since = peer.pinned?.fingerprint === fingerprint ? peer.pinned?.since : undefined
  const isOfOld = fingerprint === null || mark === 'earlier key'
  const knownSince = isOfOld ? null : (since ?? turn.now)
  return { ...facts, state: null, mark, reason, fingerprint, knownSince }
}

/** The conversation's head: last message, unread count. Having answered from another device, the person has read what was there. */
function show(
  turn: Turn,
  { peer, place, line }: { peer: Peer; place: Place; line: MessageLine },
  outcome: Outcome,
): void {
  const isLast = peer.last === null || isAfter(place, peer.last.place)
  const shown = setPeer(turn, {
    ...peer,
    last: isLast ? { place, line: preview(line) } : peer.last,
    unread: line.own ? 0 : peer.unread + 1,
    activeAt: Math.max(peer.activeAt, turn.now),
  })
  outcome.changed.set(peer.number, shown)
  if (!line.own) outcome.arrived.push(notify({ kind: 'arrived', peer: shown, place, line }))
}

/** The server gave up keeping an own message for its addressee. Copies for one's own other devices are not spoken of. */
function takeExpired(turn: Turn, entry: Entry, outcome: Outcome): void {
  const { frame, found } = entry
  const key = found?.row.line ?? null
  if (frame.type !== 'expired' || key === null || isOwn(turn, frame.destname)) return
  const peer = turn.state.peers.get(lower(frame.destname))
  if (peer === undefined || peer.number !== key[0] || found?.line?.kind !== 'message') return
  // Told once: a server that tells it again, or twice in one batch, changes nothing.
  const identity = `expired ${frame.id}`
  if (found.line.state === 'expired' || outcome.ids.has(identity)) return
  outcome.ids.add(identity)
  const line: MessageLine = { ...found.line, state: 'expired' }
  write(outcome, { table: 'messages', key, value: line })
  const isLast = peer.last?.line.id === line.id
  const last = isLast && peer.last !== null ? { ...peer.last, line: preview(line) } : peer.last
  outcome.changed.set(peer.number, setPeer(turn, { ...peer, last, expired: (peer.expired ?? 0) + 1 }))
}
