import type { Place } from '../messenger.ts'
import type { After } from './events.ts'
import { alter, isIn, metBy, noteLine } from './alter.ts'
import { isActType, readAct, readQuote, readSetting, targetOf, withoutWords } from './content.ts'
import type { Act, Quote, Setting } from './content.ts'
import { countExpired } from './expired.ts'
import { armFading } from './fading-rows.ts'
import { followLink } from './follow.ts'
import { STEPPED, stir } from './groups.ts'
import { heardFrom } from './heads.ts'
import { hear } from './hear.ts'
import { readTold } from './files.ts'
import { readLife } from './lifetime.ts'
import { setLifetime } from './lifetimes.ts'
import { doneAct, lookedUp, show, write } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { adoptKey } from './pins.ts'
import { loadedPart } from './part.ts'
import { hearSeen, readSeen } from './seen.ts'
import { passSeq, placeReceived, preview } from './places.ts'
import type { ActLine, HeardRow, Line, LogicalKey, MessageLine, Peer, SettingLine } from './rows.ts'
import { contentOf, isService } from './service.ts'
import type { Again } from './service.ts'
import type { Batch, Entry, Found, MailboxFrame, Opened } from './state.ts'
import { isBlocked, isHushed, knock, passOver } from './strangers.ts'
import { commit, CONVERSATIONS, ensurePeer, isOwn, lower, messagesChanged, metaWrite, notify } from './turn.ts'
import { patchMeta, peerWrite, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

/** So much of what was heard waits at most to be carried out. */
const MOST_HEARD = 100

type MessageFrame = Extract<MailboxFrame, { readonly type: 'message' }>

/** Writes the whole batch in one commit and acknowledges it behind that. */
export function finishBatch(turn: Turn, batch: Batch): void {
  const outcome: Outcome = { writes: new Map(), changed: new Map(), contacts: new Set(), arrived: [], ids: new Set() }
  for (const [index, entry] of batch.entries.entries()) {
    if (entry.frame.type === 'expired') takeExpired(turn, entry, outcome)
    else if (entry.unwrapped !== undefined && entry.opened === null) takeHandshake(turn, batch, entry, outcome)
    else takeMessage(turn, batch, index, outcome)
    passSeq(turn, entry.frame.seq)
  }
  for (const { number, name } of outcome.changed.values()) {
    write(outcome, peerWrite(turn.state.peers.get(lower(name)) ?? raise(number)))
  }
  write(outcome, metaWrite(turn))
  commit(turn, [...(batch.secrets ?? []), ...outcome.writes.values()], ...afterwards(turn, batch, outcome))
  armFading(turn)
}

function takeHandshake(turn: Turn, batch: Batch, { frame, unwrapped, found }: Entry, outcome: Outcome): void {
  if (frame.type !== 'message' || unwrapped === undefined || found !== null) return
  const place = placeReceived(turn, frame.seq)
  const sender = lower(frame.sendername)
  // So that it is known when it comes once more: by its place alone it would show a mailbox that is counted anew.
  const isMissing = unwrapped.kind === 'unreadable' || unwrapped.kind === 'late'
  const value = { line: null, ...(isMissing ? { isMissing } : {}) }
  write(outcome, { table: 'ids', key: [sender, frame.id], value })
  loadedPart().takeFrame(turn, { unwrapped, sender, place, batch }, outcome)
}

const raise = (number: number): never => {
  throw new TypeError(`The conversation ${number} is not there.`)
}

function afterwards(turn: Turn, batch: Batch, outcome: Outcome): readonly After[] {
  const upto = batch.entries.at(-1)?.frame.seq ?? 0
  return [
    // On the line on which they came: on another one the places may be others.
    { type: 'send', line: batch.line, frame: { type: 'ack', upto } },
    { type: 'event', event: { type: 'committed', batch: batch.number } },
    ...(batch.isGrouped ? [STEPPED] : []),
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
  if (isBlocked(turn, sender)) return passBy(turn, { frame, opened, sender }, outcome)
  const lives = entry.unwrapped?.kind === 'message' ? turn.state.groups.get(entry.unwrapped.group) : undefined
  if (lives !== undefined && !isHushed(turn, lives)) stir(turn, lives.number)
  const taking: Taking = { frame, opened, entry, place, sender, target: batch.targets[index] ?? null }
  // What devices tell each other is nobody's line, not even when it is forged.
  if (isService(opened.body?.type ?? opened.claimed ?? null))
    takeService(turn, taking, batch.originals?.[index] ?? null, outcome)
  else takeLinked(turn, { ...taking, opened: withLess(turn, entry, opened) }, readAct(opened.body), outcome)
}

/** Of somebody blocked. */
function passBy(
  turn: Turn,
  { frame, opened, sender }: Pick<Taking, 'frame' | 'opened' | 'sender'>,
  outcome: Outcome,
): void {
  const { number } = ensurePeer(turn, opened.many ?? frame.sendername)
  const by = opened.many === undefined ? undefined : sender
  write(outcome, doneAct(sender, frame.id), ...passOver(turn, number, { opened, by }))
}

/** In an envelope, although there has been a group under the key that signed it: that is said. */
function withLess(turn: Turn, { frame, unwrapped }: Entry, opened: Opened): Opened {
  const peer = frame.type === 'message' ? turn.state.peers.get(lower(frame.sendername)) : undefined
  const isLess =
    unwrapped === undefined && opened.mark === 'verified' && peer !== undefined && peer.grouped === opened.signedBy
  return isLess ? { ...opened, reason: 'no forward secrecy' } : opened
}

interface Taking {
  readonly frame: MessageFrame
  readonly opened: Opened
  readonly entry: Entry
  /** By its seq. */
  readonly place: Place
  readonly sender: string
  /** The message that it is about, or answers, as it was looked up. */
  readonly target: Found | null
}

/** A line of a conversation, or an act about one. */
function takeLinked(turn: Turn, taking: Taking, act: Act | null, outcome: Outcome): void {
  const { frame, opened, entry, place: came, sender } = taking
  const own = ownAddressee(turn, frame, opened)
  const peer = knock(turn, ensurePeer(turn, opened.many ?? own ?? frame.sendername), own !== null)
  const contact = own === null ? ensurePeer(turn, frame.sendername) : peer
  const place = counted(turn, { peer, contact, opened, isOwn: own !== null, place: came }, outcome)
  const about = { peer, contact, own: own !== null }
  const isTrue = isBelieved(opened, about)
  const setting = isTrue ? readSetting(opened.body) : null
  const done = act ?? setting
  const line = done === null ? lineOf(turn, taking, about, outcome) : doneLineOf(frame, { opened, done, ...about })
  keepLine({ line, sender, place, number: peer.number }, outcome)
  const met = own === null ? meetSender(turn, { peer: contact, frame, entry, seq: came.seq }, outcome) : contact
  if (met !== contact) outcome.changed.set(met.number, met)
  const known = turn.state.peers.get(lower(peer.name)) ?? peer
  outcome.changed.set(known.number, known)
  if (line.kind === 'message')
    show(turn, { peer: isTrue ? learned(turn, known, line, place) : known, place, line }, outcome)
  if (setting !== null) takeSetting(turn, { peer: known, setting, place }, outcome)
  if (act !== null && isTrue) carryOut(turn, { ...taking, act, place, ...about }, outcome)
  if (own === null && opened.mark === 'verified')
    heardFrom(turn, turn.state.peers.get(lower(known.name)) ?? known, false)
}

/** What a key signs that the person has not confirmed yet is shown as such; it changes nothing. */
const isBelieved = (opened: Opened, { contact, own }: { readonly contact: Peer; readonly own: boolean }): boolean =>
  own || opened.mark === 'verified' || opened.mark === 'earlier key' || (opened.mark === 'new key' && !contact.compared)

function keepLine(
  about: {
    readonly line: Line & { readonly id: string }
    readonly sender: string
    readonly place: Place
    readonly number: number
  },
  outcome: Outcome,
): void {
  const { line, sender, place, number } = about
  const key: LogicalKey = [number, place.seq, place.sub]
  if (line.kind === 'act' && !line.own) return write(outcome, doneAct(sender, line.id))
  write(
    outcome,
    { table: 'messages', key, value: line },
    { table: 'ids', key: [sender, line.id], value: { line: key } },
  )
}

/** A device that was not there when it was set learns it from what is written since. */
function learned(turn: Turn, peer: Peer, { life: seconds }: MessageLine, place: Place): Peer {
  if (seconds === undefined || peer.lifetime !== undefined) return peer
  return setLifetime(turn, peer, { setting: { type: 'lifetime', seconds }, place })
}

/** It stands in the conversation for everybody to see. */
function takeSetting(
  turn: Turn,
  { peer, ...said }: { readonly peer: Peer; readonly setting: Setting; readonly place: Place },
  outcome: Outcome,
): void {
  const known = setLifetime(turn, turn.state.peers.get(lower(peer.name)) ?? peer, said)
  outcome.changed.set(peer.number, setPeer(turn, { ...known, activeAt: Math.max(known.activeAt, turn.now) }))
}

interface Doing extends Pick<Taking, 'frame' | 'opened' | 'sender' | 'place' | 'target'> {
  readonly act: Act
  readonly peer: Peer
  readonly own: boolean
}

function carryOut(turn: Turn, doing: Doing, outcome: Outcome): void {
  const { act, peer, own, sender: by, place, opened } = doing
  const about = targetOf(act, by)
  if (!isIn(turn, peer, about)) return
  const known = lookedUp(turn, outcome, about, doing.target)
  const deed = { act, by, own, signedBy: opened.signedBy, at: atOf(doing), place }
  const writes = alter(turn, { number: peer.number, about, known, deed })
  write(outcome, ...writes)
  const head = turn.state.peers.get(lower(peer.name)) ?? peer
  outcome.changed.set(peer.number, head)
  const isSeen = known?.line?.own === true && writes.length > 0
  if (act.type === 'reaction' && act.emoji !== null && !own && isSeen) {
    const { emoji } = act
    const { text, sender, id } = known.line
    outcome.arrived.push(
      notify({
        kind: 'reacted',
        conversation: head.name,
        by: doing.frame.sendername,
        emoji,
        to: text,
        about: { sender, id },
      }),
    )
  }
}

const atOf = ({ opened, frame }: Pick<Taking, 'opened' | 'frame'>): number => opened.at ?? frame.timestamp * 1000

/** Where it stands: by its seq, or in the place that was kept for it. */
function counted(
  turn: Turn,
  {
    peer,
    contact,
    opened,
    isOwn: own,
    place,
  }: { peer: Peer; contact: Peer; opened: Opened; isOwn: boolean; place: Place },
  outcome: Outcome,
): Place {
  const { link, mark } = opened
  const isTheirs = isSigned(opened) || mark === 'earlier key'
  if (link === undefined || link === null || !isTheirs) return place
  const whose = own ? 'sibling' : 'contact'
  // A new key is believed as far as it is pinned: otherwise what was lost before it would be noted behind it.
  const isVerified = own || mark === 'verified' || (mark === 'new key' && !contact.compared)
  const by = own || peer.many === undefined ? undefined : lower(contact.name)
  const followed = followLink(turn, { number: peer.number, whose, by, link, isVerified, place })
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
  const { body } = opened
  if (body?.type === 'people') return own ? notePeople(turn, body, outcome) : undefined
  if (body?.type === 'seen') return own ? tellOfSeen(turn, body, outcome) : undefined
  if (body?.type === 'history') return own ? noteHistory({ role: 'heard', body, place }, outcome) : undefined
  hear(
    turn,
    {
      body: opened.body,
      peer,
      sender,
      place,
      original,
      lineOf: (again, to) => lineAgain(turn, taking, { again, peer: to }, outcome),
      carryOut: (again, to, at) => carryOutAgain(turn, taking, { again, peer: to, place: at }, outcome),
    },
    outcome,
  )
}

/** What own devices have decided about people: carried out a moment later, by a part that few batches need. */
function notePeople(turn: Turn, body: { readonly type: string }, outcome: Outcome): void {
  const { heard = [], ...people } = turn.state.meta.people ?? {}
  patchMeta(turn, { people: { ...people, heard: [...heard, body].slice(-MOST_HEARD) } })
  outcome.arrived.push(CONVERSATIONS)
}

function tellOfSeen(turn: Turn, body: { readonly type: string }, outcome: Outcome): void {
  const seen = readSeen(body)
  if (seen !== null) hearSeen(turn, seen, outcome)
}

function noteHistory(value: HeardRow, outcome: Outcome): void {
  write(outcome, { table: 'bringing', key: ['in', value.place.seq], value })
  outcome.arrived.push(notify({ kind: 'history' }))
}

type AgainLine = MessageLine | ActLine | SettingLine

interface Repeated {
  readonly again: Again
  readonly peer: Peer
}

/** As it would have been the first time. One that was deleted since is given again as its own deletion. */
function lineAgain(turn: Turn, taking: Taking, { again, peer }: Repeated, outcome: Outcome): AgainLine {
  const { id, at, chain, n } = again
  const frame = { ...taking.frame, id }
  const own = isOwn(turn, frame.sendername)
  const content = contentOf(again)
  const said: Opened = { ...taking.opened, at, body: content, link: { chain, n, prev: '', hash: '' } }
  if (content.type === 'text') return answering(turn, { ...taking, opened: said }, { peer, own, frame }, outcome)
  if (content.type !== 'delete' || content.id !== id) return doneLineOf(frame, { opened: said, done: content, own })
  return { ...messageOf(turn, frame, { opened: { ...said, body: null }, peer, own }), deleted: at }
}

function carryOutAgain(
  turn: Turn,
  taking: Taking,
  { again, peer, place }: Repeated & { readonly place: Place },
  outcome: Outcome,
): void {
  const act = contentOf(again)
  if (act.type === 'text') return
  if (act.type === 'lifetime') return takeSetting(turn, { peer, setting: act, place }, outcome)
  const own = isOwn(turn, taking.frame.sendername)
  const opened = { ...taking.opened, at: again.at }
  carryOut(turn, { ...taking, opened, act, peer, own, place }, outcome)
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
  taking: Taking,
  { peer, own }: { readonly peer: Peer; readonly own: boolean },
  outcome: Outcome,
): Line & { readonly id: string } {
  const { frame, opened } = taking
  const { body } = opened
  const isShown = body === null || (typeof body.text === 'string' && !isActType(body.type))
  if (isShown) return answering(turn, taking, { peer, own, frame }, outcome)
  const { id, sendername: sender } = frame
  return { kind: 'unknown', id, sender, at: atOf(taking), body }
}

/** The message, with what it answers, and as the acts that were here before it make it. */
function answering(
  turn: Turn,
  { opened, target }: Taking,
  { peer, own, frame }: { readonly peer: Peer; readonly own: boolean; readonly frame: MessageFrame },
  outcome: Outcome,
): MessageLine {
  const quote = readQuote(opened.body?.re)
  const line = messageOf(turn, frame, { opened, peer, own })
  const re = quote === null ? null : keptQuote(turn, { quote, target, peer }, outcome)
  const met = metBy(turn, peer.number, re === null ? line : { ...line, re })
  write(outcome, ...met.writes)
  return met.line
}

/** Of what is here itself no second copy is kept. Of what is not of this conversation nothing is. */
function keptQuote(
  turn: Turn,
  { quote, target, peer }: { readonly quote: Quote; readonly target: Found | null; readonly peer: Peer },
  outcome: Outcome,
): Quote | null {
  const about = { sender: lower(quote.sender), id: quote.id }
  if (!isIn(turn, peer, about)) return null
  const known = lookedUp(turn, outcome, about, target)
  return known === null ? { ...quote, ...about } : { ...about, text: '' }
}

function doneLineOf(
  { id, sendername: sender, timestamp }: MessageFrame,
  { opened, done, own }: { readonly opened: Opened; readonly done: Act | Setting; readonly own: boolean },
): ActLine | SettingLine {
  const { link = null } = opened
  const tied = link === null ? {} : { link: { chain: link.chain, n: link.n } }
  const facts = { id, sender, own, at: opened.at ?? timestamp * 1000, ...tied }
  if (done.type === 'lifetime') return { kind: 'setting', setting: done, ...facts }
  return { kind: 'act', act: withoutWords(done), ...facts }
}

function messageOf(
  turn: Turn,
  frame: MessageFrame,
  { opened, peer, own }: { opened: Opened; peer: Peer; own: boolean },
): MessageLine {
  const { id, sendername: sender } = frame
  const { body, link = null, signedBy } = opened
  const at = opened.at ?? frame.timestamp * 1000
  // What nobody is known to have sent carries nothing.
  const isDoubtful = opened.mark === 'forged' || opened.mark === 'unsigned'
  const told = readTold(isDoubtful ? { text: body?.text } : { ...body }) ?? { text: '' }
  const life = readLife(body?.life)
  const way = opened.inGroup === true ? ({ inGroup: true } as const) : {}
  const lives = life === undefined ? {} : { life }
  const facts = { kind: 'message', id, sender, own, ...told, at, ...lives, ...way } as const
  const tied = link === null ? {} : { link: { chain: link.chain, n: link.n } }
  if (own)
    return { ...facts, ...tied, state: 'accepted', mark: null, reason: null, fingerprint: signedBy, knownSince: null }
  const { mark, reason, signedBy: fingerprint } = opened
  const { pinned } = turn.state.peers.get(lower(sender)) ?? peer
  const since = pinned?.fingerprint === fingerprint ? pinned?.since : undefined
  const isOfOld = fingerprint === null || mark === 'earlier key'
  const knownSince = isOfOld ? null : (since ?? turn.now)
  return { ...facts, state: null, mark, reason, fingerprint, knownSince }
}

/** The server gave up keeping an own message for its addressee. Copies for one's own other devices are not spoken of. */
function takeExpired(turn: Turn, entry: Entry, outcome: Outcome): void {
  const { frame, found } = entry
  if (frame.type !== 'expired' || isOwn(turn, frame.destname)) return
  const about = { sender: lower(turn.state.own.username), id: frame.id }
  const { key, line: now } = lookedUp(turn, outcome, about, found) ?? { key: [], line: null }
  const peer = turn.state.peers.get(lower(frame.destname))
  if (peer === undefined || peer.number !== key[0] || now === null) return
  // Told once: a server that tells it again, or twice in one batch, changes nothing. Of what was deleted nothing is left to be delivered.
  const identity = `expired ${frame.id}`
  if (now.state === 'expired' || now.deleted !== undefined || outcome.ids.has(identity)) return
  outcome.ids.add(identity)
  const line: MessageLine = { ...now, state: 'expired' }
  noteLine(turn, about, { key, line })
  write(outcome, { table: 'messages', key, value: line })
  const isLast = peer.last?.line.id === line.id
  const last = isLast && peer.last !== null ? { ...peer.last, line: preview(line) } : peer.last
  write(outcome, ...countExpired(turn, setPeer(turn, { ...peer, last }), line))
  outcome.changed.set(peer.number, peer)
}
