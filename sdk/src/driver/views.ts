import type { ContactView, ConversationView, MarkDetails, MessageView, NoticeView, Place } from '../messenger.ts'
import { isChangeable } from '../engine/acting.ts'
import { refKey } from '../engine/alter.ts'
import { altered } from '../engine/altered.ts'
import { isGrouped } from '../engine/begin.ts'
import { targetOf } from '../engine/content.ts'
import type { FileInfo } from '../engine/files.ts'
import type { FileView } from '../file-views.ts'
import { isAfter } from '../engine/places.ts'
import { fadingKey } from '../engine/fading-rows.ts'
import { lifetimeOf } from '../engine/lifetimes.ts'
import type { Line, LogicalKey, MessageLine, NoticeLine, Peer } from '../engine/rows.ts'
import type { OutboxItem, State } from '../engine/state.ts'
import { ALWAYS } from '../engine/strangers.ts'
import { chainKey, isGivenUpOn, isStored } from '../engine/chains.ts'
import { countOf } from '../engine/spans.ts'
import { accountName, groupView, newsView } from './group-views.ts'

/** From the engine's rows to what a face shows. */

interface About {
  readonly state: State
  readonly peer: Peer
}

export function messageView({ state, peer }: About, place: Place, stored: MessageLine): MessageView {
  const { line, isWaiting } = withWaiting(state, stored)
  const { id, sender, own, at, mark } = line
  return {
    id,
    sender,
    conversation: peer.name,
    own,
    at,
    place,
    state: isWaiting ? 'waiting' : stateOf(state, peer, line),
    refusal: null,
    mark,
    details: own ? null : detailsOf(peer.many === undefined ? peer : state.peers.get(sender.toLowerCase()), line),
    hasForwardSecrecy: line.inGroup === true,
    act: null,
    fades: fadesOf(state, [peer.number, place.seq, place.sub], line),
    ...wordsOf(state, peer, line),
    changeable: isChangeable(line, state.own.fingerprint) && line.state !== 'expired' && canChange(peer),
  }
}

const canChange = ({ pinned, many }: Peer): boolean => (many === undefined ? pinned?.canSeal !== false : many.isIn)

function stateOf({ chains }: State, { number }: Peer, { own, link, state }: MessageLine): MessageView['state'] {
  const chain = link === undefined ? undefined : chains.get(chainKey(number, link.chain))
  if (!own || link === undefined || !isStored(chain, link.n)) return state
  return link.n <= (chain?.read ?? 0) ? 'read' : 'stored'
}

const fileView = ({ blob, name, type, size, picture, voice }: FileInfo): FileView => ({
  id: blob,
  name,
  type,
  size,
  picture: picture === undefined ? null : { thumb: null, ...picture },
  voice: voice ?? null,
})

/** By the device's clock as it went at the last look: that of the engine has another beginning. */
function fadesOf({ fading, meta }: State, key: LogicalKey, { life }: Pick<MessageLine, 'life'>): MessageView['fades'] {
  if (life === undefined) return null
  const ends = fading.get(fadingKey(key))?.ends ?? null
  const { wall, lived } = meta.fading ?? { wall: 0, lived: 0 }
  return { seconds: life, at: ends === null ? null : wall + ends - lived }
}

type Worded = Pick<MessageLine, 'text' | 're' | 'edited' | 'deleted' | 'reactions' | 'files'>

function wordsOf(
  state: State,
  peer: Peer,
  { text, re, edited, deleted, reactions = [], files = [] }: Worded,
): Pick<MessageView, 'text' | 'quote' | 'edited' | 'deleted' | 'reactions' | 'files'> {
  const nameOf = (by: string): string => {
    if (by === state.own.username.toLowerCase()) return state.own.username
    return peer.many === undefined ? peer.name : accountName(state, by)
  }
  return {
    text,
    quote: re === undefined ? null : { ...re, sender: nameOf(re.sender), state: 'told' },
    edited: edited?.at ?? null,
    files: files.map(fileView),
    deleted: deleted !== undefined,
    reactions: reactions.flatMap(({ by, emoji }) => (emoji === null ? [] : [{ by: nameOf(by), emoji }])),
  }
}

/** The message as the acts that wait in the outbox will make it. `isWaiting`: its text is one of them. */
export function withWaiting(
  { outbox, own }: State,
  stored: MessageLine,
): { readonly line: MessageLine; readonly isWaiting: boolean } {
  const by = own.username.toLowerCase()
  const about = refKey({ sender: stored.sender.toLowerCase(), id: stored.id })
  let [line, isWaiting] = [stored, false]
  for (const { act, state, at, order } of outbox) {
    if (act === undefined || state === 'failed' || refKey(targetOf(act, by)) !== about) continue
    const place = { seq: Infinity, sub: order }
    line = altered(line, { act, by, own: true, signedBy: own.fingerprint, at, place })
    isWaiting ||= act.type !== 'reaction'
  }
  return { line, isWaiting }
}

function detailsOf(peer: Peer | undefined, { fingerprint, knownSince, reason }: MessageLine): MarkDetails {
  const isPinned = fingerprint !== null && peer?.pinned?.fingerprint === fingerprint
  return {
    fingerprint,
    knownSince: isPinned ? (peer?.pinned?.since ?? null) : knownSince,
    compared: isPinned && peer?.compared === true,
    reason,
  }
}

/** Null: nothing that this version can show. */
export function lineView(about: About, place: Place, line: Line): MessageView | NoticeView | null {
  if (line.kind === 'message') return messageView(about, place, line)
  if (line.kind === 'setting') {
    const { state } = about
    const by = line.own ? state.own.username : accountName(state, line.sender.toLowerCase())
    return { kind: 'lifetime', by, seconds: line.setting.seconds, at: line.at, place }
  }
  return line.kind === 'notice' ? noticeView(about.state, about.peer, place, line) : null
}

function noticeView(state: State, peer: Peer, place: Place, line: NoticeLine): NoticeView | null {
  const { at } = line
  if (line.notice === 'key changed') {
    const name = line.by === undefined ? peer.name : accountName(state, line.by)
    return { kind: 'key changed', name, at, place }
  }
  if (line.notice === 'ended')
    return isStored(state.chains.get(chainKey(peer.number, line.chain)), line.n) ? null : { kind: 'ended', at, place }
  if (line.notice === 'group')
    return { kind: 'group', by: accountName(state, line.by), news: newsView(state, line.news), at, place }
  const { by, gaps = [] } = state.chains.get(chainKey(peer.number, line.chain)) ?? {}
  const theirs = by === undefined ? peer.name : accountName(state, by)
  const from = line.own ? state.own.username : theirs
  const gap = gaps.find((one) => one.place.seq === place.seq && one.place.sub === place.sub)
  const facts = { kind: 'missing', from, at, place, isUnread: line.isUnread === true } as const
  if (gap === undefined) return { ...facts, count: line.count, state: 'gone' }
  const count = countOf(gap.missing) + countOf(gap.gone)
  return { ...facts, count, state: isGivenUpOn(gap) ? 'gone' : 'asking' }
}

/** What waits is a message; an act is one only when it could not be sent, so that somebody takes care of it. */
function waitingView(state: State, peer: Peer, item: OutboxItem): readonly MessageView[] {
  const { id, at, refusal, act, re, setting, life, files } = item
  const done = act?.type ?? setting?.type ?? null
  if (done !== null && item.state !== 'failed') return []
  const text = act?.type === 'edit' ? act.text : item.text
  const sender = state.own.username
  const base = { kind: 'message', id, sender, own: true, text, at, state: null, mark: null } as const
  const more = { ...(re === undefined ? {} : { re }), ...(files === undefined ? {} : { files }) }
  const line = { ...base, reason: null, fingerprint: null, knownSince: null, ...more }
  const worded = wordsOf(state, peer, act === undefined ? withWaiting(state, line).line : line)
  const fades = life === undefined ? null : { seconds: life, at: null }
  const facts = { id, sender, conversation: peer.name, own: true, at, place: null, state: item.state, refusal }
  const worth = { mark: null, details: null, hasForwardSecrecy: false } as const
  return [{ ...facts, ...worded, ...worth, fades, act: done, changeable: done === null }]
}

export const waitingViews = (state: State, peer: Peer): readonly MessageView[] =>
  state.outbox.filter((item) => item.to === peer.name.toLowerCase()).flatMap((item) => waitingView(state, peer, item))

/** A reaction is told as long as nothing newer has been said. */
function reactedView(state: State, { reacted, last }: Peer): ConversationView['reacted'] {
  if (reacted === undefined || (last !== null && !isAfter(reacted.place, last.place))) return null
  const { by, emoji, text } = reacted
  return { by: accountName(state, by), emoji, to: text }
}

/** Latest activity first. */
export function conversationViews(state: State): readonly ConversationView[] {
  return [...state.peers.values()]
    .filter((peer) => peer.activeAt > 0)
    .toSorted((a, b) => b.activeAt - a.activeAt)
    .map((peer) => {
      const { name, unread, activeAt, last, expired = 0 } = peer
      const stored = last === null ? null : messageView({ state, peer }, last.place, last.line)
      const waiting = waitingViews(state, peer)
      const undelivered = expired + waiting.filter((message) => message.state === 'failed').length
      const reacted = waiting.length > 0 ? null : reactedView(state, peer)
      const group = groupView(state, peer)
      const lifetime = lifetimeOf(state, name)
      const stands = { standing: standingOf(peer), mutedUntil: mutedUntil(peer) }
      const shown = waiting.at(-1) ?? stored
      return { name, group, unread, undelivered, reacted, lifetime, ...stands, activeAt, last: shown }
    })
}

const isBlocked = ({ choices }: Peer): boolean => choices?.standing?.value === 'blocked'

const mutedUntil = ({ choices }: Peer): ConversationView['mutedUntil'] => {
  const until = choices?.muted?.value ?? 0
  return until === ALWAYS ? 'always' : until
}

const standingOf = (peer: Peer): ConversationView['standing'] =>
  isBlocked(peer) ? 'blocked' : peer.asks === true ? 'asks' : 'accepted'

/** In the order of their names. */
export const blockedNames = ({ peers }: State): readonly string[] =>
  [...peers.values()]
    .filter(isBlocked)
    .map(({ name }) => name)
    .toSorted((a, b) => a.localeCompare(b, 'en'))

export function contactView(peer: Peer): ContactView {
  const { name, pinned, compared, candidate, keyChanged } = peer
  return {
    name,
    canSeal: pinned?.canSeal ?? false,
    fingerprint: pinned?.canSeal === true ? pinned.fingerprint : null,
    knownSince: pinned?.since ?? null,
    compared,
    keyChanged,
    mustConfirm: candidate !== null,
    hasForwardSecrecy: isGrouped(peer),
  }
}
