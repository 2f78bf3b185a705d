import type { Place } from '../messenger.ts'
import type { After } from './events.ts'
import { chainOf, isStored, keepChain } from './chains.ts'
import { followLink } from './follow.ts'
import { heardFrom } from './heads.ts'
import { hear } from './hear.ts'
import { show, write } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { adoptKey } from './pins.ts'
import { passSeq, placeReceived, preview } from './places.ts'
import type { Line, LogicalKey, MessageLine, Peer } from './rows.ts'
import { isService } from './service.ts'
import { joined, span } from './spans.ts'
import type { Again } from './service.ts'
import type { Batch, Entry, Found, MailboxFrame, Opened } from './state.ts'
import { commit, CONVERSATIONS, ensurePeer, isOwn, lower, messagesChanged, metaWrite, notify } from './turn.ts'
import { peerWrite, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

type MessageFrame = Extract<MailboxFrame, { readonly type: 'message' }>

/** Writes the whole batch in one commit and acknowledges it behind that. */
export function finishBatch(turn: Turn, batch: Batch): void {
  const outcome: Outcome = { writes: new Map(), changed: new Map(), contacts: new Set(), arrived: [], ids: new Set() }
  for (const [index, entry] of batch.entries.entries()) {
    if (entry.frame.type === 'expired') takeExpired(turn, entry, outcome)
    else takeMessage(turn, batch, index, outcome)
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

function takeMessage(turn: Turn, batch: Batch, index: number, outcome: Outcome): void {
  const entry = batch.entries[index]
  if (entry === undefined || entry.frame.type === 'expired') return
  const { frame, opened, found } = entry
  const sender = lower(frame.sendername)
  if (found !== null || opened === null || outcome.ids.has(`${sender} ${frame.id}`)) return
  outcome.ids.add(`${sender} ${frame.id}`)
  const place = placeReceived(turn, frame.seq)
  const taking: Taking = { frame, opened, entry, place, sender }
  // What devices tell each other is nobody's line, not even when it is forged.
  if (isService(opened.body?.type ?? opened.claimed ?? null))
    takeService(turn, taking, batch.originals?.[index] ?? null, outcome)
  else takeLine(turn, taking, outcome)
}

interface Taking {
  readonly frame: MessageFrame
  readonly opened: Opened
  readonly entry: Entry
  /** By its seq. */
  readonly place: Place
  readonly sender: string
}

function takeLine(turn: Turn, { frame, opened, entry, place: came, sender }: Taking, outcome: Outcome): void {
  const own = ownAddressee(turn, frame, opened)
  const peer = ensurePeer(turn, own ?? frame.sendername)
  const place = counted(turn, { peer, opened, isOwn: own !== null, place: came }, outcome)
  const line = lineOf(turn, frame, { opened, peer, own: own !== null })
  const key: LogicalKey = [peer.number, place.seq, place.sub]
  write(
    outcome,
    { table: 'messages', key, value: line },
    { table: 'ids', key: [sender, frame.id], value: { line: key } },
  )
  const known = own === null ? meetSender(turn, { peer, frame, entry, seq: came.seq }, outcome) : peer
  outcome.changed.set(peer.number, known)
  if (line.kind === 'message') show(turn, { peer: known, place, line }, outcome)
  if (own === null && opened.mark === 'verified')
    heardFrom(turn, turn.state.peers.get(lower(known.name)) ?? known, false)
}

/** Where it stands: by its seq, or in the place that was kept for it. */
function counted(
  turn: Turn,
  { peer, opened, isOwn: own, place }: { peer: Peer; opened: Opened; isOwn: boolean; place: Place },
  outcome: Outcome,
): Place {
  const { link, mark } = opened
  const isTheirs = isSigned(opened) || mark === 'earlier key'
  if (link === undefined || link === null || !isTheirs) return place
  const whose = own ? 'sibling' : 'contact'
  // A new key is believed as far as it is pinned: otherwise what was lost before it would be noted behind it.
  const isVerified = own || mark === 'verified' || (mark === 'new key' && !peer.compared)
  const followed = followLink(turn, { number: peer.number, whose, link, isVerified, place })
  write(outcome, ...followed.writes)
  return followed.place ?? place
}

/** Not a line. Of whom it is not certainly from nothing is believed. */
function takeService(turn: Turn, taking: Taking, original: Found | null, outcome: Outcome): void {
  const { frame, opened, entry, place, sender } = taking
  write(outcome, { table: 'ids', key: [sender, frame.id], value: { line: null } })
  const own = isOwn(turn, frame.sendername)
  const known = turn.state.peers.get(sender)
  if (!own && known === undefined) return
  const peer =
    own || known === undefined ? null : meetSender(turn, { peer: known, frame, entry, seq: place.seq }, outcome)
  if (peer !== null) outcome.changed.set(peer.number, peer)
  if (opened.mark !== 'verified') return
  hear(
    turn,
    { body: opened.body, peer, sender, place, original, lineOf: (again, at) => lineAgain(turn, taking, again, at) },
    outcome,
  )
}

function lineAgain(turn: Turn, { frame, opened }: Taking, { id, at, text, chain, n }: Again, peer: Peer): MessageLine {
  const own = isOwn(turn, frame.sendername)
  const said: Opened = { ...opened, at, body: { type: 'text', text }, link: { chain, n, prev: '', hash: '' } }
  return messageOf(turn, { ...frame, id }, { opened: said, peer, own })
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
  const { body } = opened
  if (body === null || typeof body.text === 'string') return messageOf(turn, frame, { opened, peer, own })
  const { id, sendername: sender } = frame
  return { kind: 'unknown', id, sender, at: opened.at ?? frame.timestamp * 1000, body }
}

function messageOf(
  turn: Turn,
  frame: MessageFrame,
  { opened, peer, own }: { opened: Opened; peer: Peer; own: boolean },
): MessageLine {
  const { id, sendername: sender } = frame
  const { body, link = null } = opened
  const at = opened.at ?? frame.timestamp * 1000
  const text = typeof body?.text === 'string' ? body.text : ''
  const facts = { kind: 'message', id, sender, own, text, at } as const
  const tied = link === null ? {} : { link: { chain: link.chain, n: link.n } }
  if (own)
    return { ...facts, ...tied, state: 'accepted', mark: null, reason: null, fingerprint: null, knownSince: null }
  const { mark, reason, signedBy: fingerprint } = opened
  const since = peer.pinned?.fingerprint === fingerprint ? peer.pinned?.since : undefined
  const isOfOld = fingerprint === null || mark === 'earlier key'
  const knownSince = isOfOld ? null : (since ?? turn.now)
  return { ...facts, state: null, mark, reason, fingerprint, knownSince }
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
  const count = noteExpired(turn, peer, line, outcome) ? 1 : 0
  outcome.changed.set(peer.number, setPeer(turn, { ...peer, last, expired: (peer.expired ?? 0) + count }))
}

/** @returns whether it counts as undelivered: not when a device of the addressee has it */
function noteExpired(turn: Turn, { number }: Peer, { link }: MessageLine, outcome: Outcome): boolean {
  const chain = link === undefined ? undefined : chainOf(turn, number, link.chain)
  if (link === undefined || chain === undefined) return true
  if (isStored(chain, link.n)) return false
  const expired = joined(chain.expired ?? [], span(link.n, link.n))
  write(outcome, keepChain(turn, { ...chain, expired }))
  return true
}
