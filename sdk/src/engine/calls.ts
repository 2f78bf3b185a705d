import { forget, onAct } from './acting.ts'
import { noteLine, withoutLast, withoutReacted } from './alter.ts'
import { beginNow } from './begin.ts'
import { withdrawal } from './chains.ts'
import type { Call } from './events.ts'
import { uncountExpired } from './expired.ts'
import { armFading, beginFading, stopFading } from './fading-rows.ts'
import { showConversation } from './keys.ts'
import { lifetimeOf } from './lifetimes.ts'
import { askKey } from './lookups.ts'
import { onFilesSettled } from './held.ts'
import { compose, letGo, pump, takeActs, usedNumber } from './outbox.ts'
import type { Composed } from './outbox.ts'
import { confirmKey } from './pins.ts'
import type { Meta, Peer, Write } from './rows.ts'
import { groupPart } from './part.ts'
import { isNameOfMany } from './many/info.ts'
import type { OutboxItem, State } from './state.ts'
import { isBlocked } from './strangers.ts'
import { noteSeen } from './seen.ts'
import { armSeen } from './seen-tell.ts'
import { armReceipts, askAgain, noteRead } from './tell.ts'
import {
  commit,
  CONVERSATIONS,
  effect,
  ensurePeer,
  findItem,
  isOwn,
  itemRemoval,
  lower,
  messagesChanged,
  metaWrite,
  patchMeta,
  peerOf,
} from './turn.ts'
import { notify, patch, peerWrite, pinOf, removeItem, setPeer, settle } from './turn.ts'
import type { Turn } from './turn.ts'

type CallOf<T extends Call['type']> = Extract<Call, { readonly type: T }>

/** What a person asked for. Every path ends in a `settle` with the ticket. */
export function onCall(turn: Turn, ticket: number, call: Call): void {
  switch (call.type) {
    case 'open':
      return open(turn, ticket, call.name)
    case 'compose':
      return onCompose(turn, ticket, call)
    case 'files settled':
      return onFilesSettled(turn, ticket, call)
    case 'act':
      return onAct(turn, ticket, call)
    case 'forget':
      return forget(turn, ticket, call)
    case 'retry':
      return retry(turn, ticket, call)
    case 'discard':
      return discard(turn, ticket, call)
    case 'ask again':
      askAgain(turn, call.conversation)
      return done(turn, ticket)
    case 'mark read':
      return markRead(turn, ticket, call.conversation)
    case 'save draft':
      return saveDraft(turn, ticket, call)
    case 'confirm key':
      return confirm(turn, ticket, call.name)
    case 'set compared':
      return setCompared(turn, ticket, call)
    case 'set lifetime':
      return onSetLifetime(turn, ticket, call)
    case 'set receipts':
      return setReceipts(turn, ticket, { receipts: call.on })
    case 'set read receipts':
      return setReceipts(turn, ticket, { readReceipts: call.on })
    case 'meet':
      return meet(turn, ticket, call.name)
    case 'make group':
    case 'change group':
      return changeMany(turn, ticket, call)
    case 'history deleted':
      return forgetHistory(turn, ticket)
    case 'apply':
      return apply(turn, ticket, call)
  }
}

function changeMany(turn: Turn, ticket: number, call: CallOf<'make group' | 'change group'>): void {
  const part = groupPart()
  if (part === null) effect(turn, { type: 'settle', ticket, error: 'unavailable', value: '' })
  else part.onManyCall(turn, ticket, call)
}

/** Behind every commit that was asked for before. */
const done = (turn: Turn, ticket: number, value = ''): void => commit(turn, [], settle(ticket, value))

function apply(turn: Turn, ticket: number, { change, batches }: CallOf<'apply'>): void {
  const { state } = turn
  const isFree = batches === null || (state.batch === null && state.batches === batches)
  if (isFree) change(turn)
  done(turn, ticket, isFree ? '' : 'again')
}

function open(turn: Turn, ticket: number, name: string): void {
  const known = turn.state.peers.get(lower(name))
  if (isOwn(turn, name) || pinOf(turn, name) !== null) {
    return showConversation(turn, ticket, known?.name ?? turn.state.own.username)
  }
  lookFor(turn, { ticket, name, isShown: true })
}

/** Somebody who is to be in a group of many: their key is pinned as at every first contact. */
function meet(turn: Turn, ticket: number, name: string): void {
  if (pinOf(turn, name) !== null) return done(turn, ticket, turn.state.peers.get(lower(name))?.name ?? name)
  lookFor(turn, { ticket, name, isShown: false })
}

function lookFor(turn: Turn, opening: State['opening'][number]): void {
  const { ticket, name } = opening
  if (turn.state.line.phase !== 'online') {
    return effect(turn, { type: 'settle', ticket, error: 'unavailable', value: '' })
  }
  patch(turn, { opening: [...turn.state.opening, opening] })
  // A person waits for this one: it is asked even while others wait for the timer.
  patch(turn, { askWaiting: false })
  askKey(turn, name)
}

function onCompose(turn: Turn, ticket: number, { id, conversation, text, re, files }: CallOf<'compose'>): void {
  const isKnown = findItem(turn, id) !== undefined || turn.state.recent.has(id)
  if (isKnown) return done(turn, ticket, id)
  // Whoever is out of a group of many, or never was in it, has nobody there to write to.
  const isOut = isNameOfMany(conversation) && turn.state.peers.get(lower(conversation))?.many?.isIn !== true
  if (isOut || isBlocked(turn, conversation))
    return effect(turn, { type: 'settle', ticket, error: 'not_allowed', value: '' })
  // In the one commit: a crash leaves the words either in the outbox or in the draft, never in both.
  const draft: Write = { table: 'drafts', key: [ensurePeer(turn, conversation).number], value: null }
  const life = lifetimeOf(turn.state, conversation)
  compose(turn, { id, to: conversation, text, re, files, ...(life === 0 ? {} : { life }) }, [draft], settle(ticket, id))
}

/** A program that knows no envelopes knows no such thing. */
function onSetLifetime(turn: Turn, ticket: number, { id, conversation, seconds }: CallOf<'set lifetime'>): void {
  const { name, pinned } = ensurePeer(turn, conversation)
  if (pinned?.canSeal === false || isBlocked(turn, name))
    return effect(turn, { type: 'settle', ticket, error: 'not_allowed', value: '' })
  if (lifetimeOf(turn.state, name) === seconds) return done(turn, ticket)
  const setting = { type: 'lifetime', seconds } as const
  compose(turn, { id, to: name, text: '', setting }, [], settle(ticket, id))
}

function retry(turn: Turn, ticket: number, call: CallOf<'retry'>): void {
  const { id, newId } = call
  const item = findItem(turn, id)
  if (item?.stage === 'ready') {
    effect(turn, { type: 'cancel timer', name: `retry ${item.to}` })
    letGo(turn, item.to)
    return done(turn, ticket)
  }
  if (item?.stage === 'saved') {
    beginNow(turn, ensurePeer(turn, item.to))
    pump(turn)
    return done(turn, ticket)
  }
  const removal = item?.stage === 'failed' ? dropItem(turn, item) : dropExpired(turn, call)
  if (removal === null) return done(turn, ticket)
  compose(turn, { ...removal.message, id: newId }, removal.writes, settle(ticket, newId))
}

function discard(turn: Turn, ticket: number, call: CallOf<'discard'>): void {
  const item = findItem(turn, call.id)
  const removal = item === undefined ? dropExpired(turn, call) : dropItem(turn, item)
  if (removal === null) return done(turn, ticket)
  commit(turn, removal.writes, ...removal.peers.map(messagesChanged), CONVERSATIONS, settle(ticket))
  pump(turn)
}

interface Removal {
  readonly writes: readonly Write[]
  readonly peers: readonly Peer[]
  readonly message: Omit<Composed, 'id'>
}

function dropItem(turn: Turn, item: OutboxItem): Removal {
  // Of a failed one it was decided when it failed.
  const used = item.stage === 'failed' ? [] : usedNumber(turn, item, true)
  removeItem(turn, item)
  const { writes } = takeActs(turn, item)
  const peer = ensurePeer(turn, item.to)
  const { text, act, re, setting, life, files } = item
  const message = { to: peer.name, text, act, re, setting, life, files }
  return { writes: [itemRemoval(item), ...used, ...writes], peers: [peer], message }
}

function dropExpired(turn: Turn, { expired, before }: Pick<CallOf<'discard'>, 'expired' | 'before'>): Removal | null {
  const peer = expired === null ? undefined : peerOf(turn, Number(expired.key[0]))
  if (expired?.line.state !== 'expired' || peer === undefined) return null
  const { key, line } = expired
  noteLine(turn, { sender: lower(line.sender), id: line.id }, { key, line: null })
  const chains = [...uncountExpired(turn, peer, line), ...stopFading(turn, key)]
  const changed = withoutLast(turn, { number: peer.number, line, before })
  return {
    writes: [{ table: 'messages', key, value: null }, ...withdrawal(peer.number, line), ...chains, peerWrite(changed)],
    peers: [changed],
    message: { to: peer.name, text: line.text, re: line.re, life: line.life, files: line.files },
  }
}

function markRead(turn: Turn, ticket: number, conversation: string): void {
  const peer = turn.state.peers.get(lower(conversation))
  if (peer === undefined || peer.unread === 0) return done(turn, ticket)
  const read = [...noteRead(turn, peer), ...noteSeen(turn, peer)]
  const fading = beginFading(turn, peer.number)
  const seen = fading.length === 0 ? [] : [...fading, metaWrite(turn)]
  const after = fading.length === 0 ? [] : [messagesChanged(peer)]
  commit(
    turn,
    [peerWrite(setPeer(turn, { ...peer, unread: 0 })), ...read, ...seen],
    ...after,
    CONVERSATIONS,
    settle(ticket),
  )
  armFading(turn)
  if (read.length > 0) armReceipts(turn)
  armSeen(turn)
}

function saveDraft(turn: Turn, ticket: number, { conversation, text }: CallOf<'save draft'>): void {
  const peer = ensurePeer(turn, conversation)
  const value = text === '' ? null : { text }
  commit(turn, [peerWrite(peer), { table: 'drafts', key: [peer.number], value }], settle(ticket))
}

function confirm(turn: Turn, ticket: number, name: string): void {
  const peer = turn.state.peers.get(lower(name))
  if (peer === undefined) return done(turn, ticket)
  keepContact(turn, ticket, confirmKey(turn, peer))
}

/** What was compared is the key that the account has now: a changed one is confirmed by that. */
function setCompared(turn: Turn, ticket: number, { name, compared, fingerprint }: CallOf<'set compared'>): void {
  const peer = turn.state.peers.get(lower(name))
  if (peer === undefined || peer.pinned === null) return done(turn, ticket, 'outdated')
  const present = (peer.candidate ?? peer.pinned).fingerprint
  if (fingerprint !== undefined && fingerprint !== present) return done(turn, ticket, 'outdated')
  keepContact(turn, ticket, setPeer(turn, { ...(compared ? confirmKey(turn, peer) : peer), compared }))
}

function keepContact(turn: Turn, ticket: number, peer: Peer): void {
  commit(turn, [peerWrite(peer)], notify({ kind: 'contact', name: peer.name }), messagesChanged(peer), settle(ticket))
  pump(turn)
}

function setReceipts(turn: Turn, ticket: number, change: Pick<Meta, 'receipts' | 'readReceipts'>): void {
  patchMeta(turn, change)
  commit(turn, [metaWrite(turn)], notify({ kind: 'settings' }), settle(ticket))
}

function forgetHistory(turn: Turn, ticket: number): void {
  const failed = turn.state.outbox.filter((item) => item.stage === 'failed')
  for (const item of failed) removeItem(turn, item)
  const peers = [...turn.state.peers.values()].map((peer) =>
    setPeer(turn, withoutReacted({ ...peer, last: null, unread: 0, expired: 0 })),
  )
  patch(turn, { lines: new Map(), early: new Map(), fading: new Map() })
  const writes = [...failed.map(itemRemoval), ...peers.map(peerWrite)]
  commit(turn, writes, ...peers.map(messagesChanged), CONVERSATIONS, settle(ticket))
}
