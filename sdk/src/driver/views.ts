import type { ContactView, ConversationView, MarkDetails, MessageView, NoticeView, Place } from '../messenger.ts'
import type { Line, MessageLine, NoticeLine, Peer } from '../engine/rows.ts'
import type { OutboxItem, State } from '../engine/state.ts'
import { chainKey, isGivenUpOn, isStored } from '../engine/chains.ts'
import { countOf } from '../engine/spans.ts'

/** From the engine's rows to what a face shows. */

export function messageView(peer: Peer, place: Place, line: MessageLine, chains: State['chains']): MessageView {
  const { id, own, text, at, mark, link } = line
  const isThere = link !== undefined && isStored(chains.get(chainKey(peer.number, link.chain)), link.n)
  const state = own && isThere ? 'stored' : line.state
  const details = own ? null : detailsOf(peer, line)
  return { id, conversation: peer.name, own, text, at, place, state, refusal: null, mark, details }
}

function detailsOf(peer: Peer, { fingerprint, knownSince, reason }: MessageLine): MarkDetails {
  const isPinned = fingerprint !== null && peer.pinned?.fingerprint === fingerprint
  return {
    fingerprint,
    knownSince: isPinned ? (peer.pinned?.since ?? null) : knownSince,
    compared: isPinned && peer.compared,
    reason,
  }
}

/** Null: nothing that this version can show. */
export function lineView(
  { state, peer }: { readonly state: State; readonly peer: Peer },
  place: Place,
  line: Line,
): MessageView | NoticeView | null {
  if (line.kind === 'message') return messageView(peer, place, line, state.chains)
  return line.kind === 'notice' ? noticeView(state, peer, place, line) : null
}

function noticeView(state: State, peer: Peer, place: Place, line: NoticeLine): NoticeView {
  const { at } = line
  if (line.notice === 'key changed') return { kind: 'key changed', at, place }
  const from = line.own ? state.own.username : peer.name
  const gaps = state.chains.get(chainKey(peer.number, line.chain))?.gaps ?? []
  const gap = gaps.find((one) => one.place.seq === place.seq && one.place.sub === place.sub)
  if (gap === undefined) return { kind: 'missing', count: line.count, from, state: 'gone', at, place }
  const count = countOf(gap.missing) + countOf(gap.gone)
  return { kind: 'missing', count, from, state: isGivenUpOn(gap) ? 'gone' : 'asking', at, place }
}

export function waitingView(peer: Peer, { id, text, at, state, refusal }: OutboxItem): MessageView {
  return { id, conversation: peer.name, own: true, text, at, place: null, state, refusal, mark: null, details: null }
}

export const waitingViews = (state: State, peer: Peer): readonly MessageView[] =>
  state.outbox.filter((item) => item.to === peer.name.toLowerCase()).map((item) => waitingView(peer, item))

/** Latest activity first. */
export function conversationViews(state: State): readonly ConversationView[] {
  return [...state.peers.values()]
    .filter((peer) => peer.activeAt > 0)
    .toSorted((a, b) => b.activeAt - a.activeAt)
    .map((peer) => {
      const { name, unread, activeAt, last, expired = 0 } = peer
      const stored = last === null ? null : messageView(peer, last.place, last.line, state.chains)
      const waiting = waitingViews(state, peer)
      const undelivered = expired + waiting.filter((message) => message.state === 'failed').length
      return { name, unread, undelivered, activeAt, last: waiting.at(-1) ?? stored }
    })
}

export function contactView({ name, pinned, compared, candidate, keyChanged }: Peer): ContactView {
  return {
    name,
    canSeal: pinned?.canSeal ?? false,
    fingerprint: pinned?.canSeal === true ? pinned.fingerprint : null,
    knownSince: pinned?.since ?? null,
    compared,
    keyChanged,
    mustConfirm: candidate !== null,
  }
}
