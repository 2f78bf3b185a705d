import type { ErrorCode, SendFrame, ServerFrame } from '@chatnip/protocol'
import { alter, aboutOf, metBy, noteLine, refKey } from './alter.ts'
import { useNumber } from './answer.ts'
import { isGrouped, modeFor } from './begin.ts'
import { nextLink } from './chains.ts'
import { withoutWords } from './content.ts'
import type { Act, Quote, Setting } from './content.ts'
import type { After, Event } from './events.ts'
import type { FileInfo } from './files.ts'
import { beginStep, currentGroup, endStep, keepGroup, findHandshake, stir } from './groups.ts'
import { groupPart } from './part.ts'
import { isGivenUp } from './hangup.ts'
import { armFading, startFading } from './fading-rows.ts'
import { acceptedLine, contentOf, isHeldBack, linkOf, signerOf } from './item.ts'
import { keptFor, quietOf } from './lifetime.ts'
import { setLifetime } from './lifetimes.ts'
import { askKey, freshKey } from './lookups.ts'
import { roleOf } from './many/info.ts'
import type { Info } from './many/info.ts'
import { everybodyIn, keysAreKnown } from './many/peers.ts'
import { adoptKey } from './pins.ts'
import { isAfter, placeSent, preview } from './places.ts'
import type { ActLine, KeyFacts, LogicalKey, Peer, Sealed, SettingLine, Write } from './rows.ts'
import type { Place } from '../messenger.ts'
import type { OutboxItem } from './state.ts'
import { welcome } from './strangers.ts'
import { armReceipts, findService, onServiceRefused, onServiceSealed, onServiceSent, pumpService } from './tell.ts'
import {
  commit,
  CONVERSATIONS,
  effect,
  ensurePeer,
  findItem,
  isOwn,
  itemRemoval,
  itemWrite,
  lower,
  messagesChanged,
} from './turn.ts'
import { metaWrite, notify, patch, patchMeta, peerWrite, pinOf, random, removeItem, setItem, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * Own messages on their way to the server.
 * - On disk before anything else, under an id that never changes.
 * - Sealed once; the sealed bytes are on disk before they are first sent, so that every try sends the same.
 * - One at a time per conversation, in the order in which they were composed; several conversations at once. What comes
 *   after a message that has to wait in the same conversation waits too.
 * - Nobody's key is used before this line's server has told which one it is now.
 */
export const FULL_WINDOW = 32
const SEALING_LIMIT = 16
const RECENT_LIMIT = 1_000
const RETRY_SECONDS = 30
const MAY_PASS: ReadonlySet<ErrorCode> = new Set(['too_many', 'mailbox_full', 'unavailable', 'disk_full'])

/** Does whatever can be done now for what waits. */
export function pump(turn: Turn): void {
  giveUpDisliked(turn)
  if (turn.state.line.phase !== 'online') return
  groupPart()?.pumpGroups(turn)
  sealWhatWaits(turn)
  sendHeads(turn)
  pumpService(turn)
}

function giveUpDisliked(turn: Turn): void {
  for (const item of turn.state.outbox.filter(isGivenUp)) {
    const writes = usedNumber(turn, item, true)
    if (writes.length > 0) commit(turn, writes)
    fail(turn, item, 'bad_request')
  }
}

/**
 * Only the first of each conversation: the number that it bears is the one behind what the server has accepted. A sealed row on
 * disk means that the message before it is accounted for there too.
 */
function sealWhatWaits(turn: Turn): void {
  const begun = new Set<string>()
  let sealing = turn.state.outbox.filter((item) => item.stage === 'sealing').length
  for (const item of turn.state.outbox) {
    if (sealing >= SEALING_LIMIT) return
    if (isHeldBack(turn, item)) continue
    const isHead = item.stage !== 'failed' && !begun.has(item.to)
    if (item.stage !== 'failed') begun.add(item.to)
    if (!isHead || (item.stage !== 'saved' && !isOutdated(turn, item))) continue
    const key = sealingKey(turn, item)
    if (key === null) continue
    if (isTooLate(turn, item) || isOut(turn, item)) {
      fail(turn, item, 'not_allowed')
      // What stands behind it must not wait for something else to happen.
      begun.delete(item.to)
      continue
    }
    if (beginSealing(turn, item, key)) sealing += 1
  }
}

/** New keys were made since: under them nobody would believe what is to be done to a message that was signed with the ones before. */
function isTooLate(turn: Turn, { act }: OutboxItem): boolean {
  if (act === undefined || act.type === 'reaction') return false
  const line = turn.state.lines.get(refKey(aboutOf(turn, act)))?.line ?? null
  return line !== null && line.fingerprint !== null && line.fingerprint !== turn.state.own.fingerprint
}

/** Of a group of many. */
const isOut = (turn: Turn, { to }: OutboxItem): boolean => turn.state.peers.get(to)?.many?.isIn === false

/** @returns whether it is being sealed: a group may not be there yet, or another may have its turn */
function beginSealing(turn: Turn, item: OutboxItem, key: KeyFacts): boolean {
  const peer = ensurePeer(turn, item.to)
  const mode = modeFor(turn, peer)
  const isInGroup = mode !== 'envelope' && mode !== 'later'
  if (mode === 'later' || (isInGroup && turn.state.isStepping)) return false
  if (isInGroup) beginStep(turn)
  setItem(turn, { ...item, stage: 'sealing', refusal: null })
  const { id, at } = item
  const link = key.canSeal ? nextLink(turn, peer.number, id) : null
  const group = isInGroup ? mode.id : null
  effect(turn, { type: 'seal', message: { id, to: nameOf(turn, item), at, body: contentOf(item), key, link, group } })
  return true
}

/** Sealed for a key that is not the addressee's any more, and surely never sent. */
const isOutdated = (turn: Turn, item: OutboxItem): boolean => {
  if (item.stage !== 'ready' || item.tried) return false
  const peer = turn.state.peers.get(item.to)
  if (peer?.many !== undefined) return isOfAnotherEpoch(turn, peer, item)
  if (peer === undefined || peer.pinned === null) return false
  return peer.pinned.publicKey !== item.sealed?.key || isOfAnotherEpoch(turn, peer, item)
}

/** The group has moved on since, or is another one. */
function isOfAnotherEpoch(turn: Turn, peer: Peer, { sealed }: OutboxItem): boolean {
  const group = currentGroup(turn, peer)
  if (sealed?.group === undefined) return isGrouped(peer) && !isOwn(turn, peer.name)
  return group === null || group.id !== sealed.group.id || group.epoch !== sealed.group.epoch
}

const nameOf = (turn: Turn, item: OutboxItem): string => turn.state.peers.get(item.to)?.name ?? item.to

/** The key to seal for; null: not now. Asks for what is missing. */
function sealingKey(turn: Turn, item: OutboxItem): Peer['pinned'] {
  const many = turn.state.peers.get(item.to)?.many
  if (many === undefined) return keysAreFresh(turn, item) ? pinOf(turn, item.to) : null
  // Within a group of many nothing is sealed for a key; the own one stands for all.
  return !many.isIn || keysAreKnown(turn, many.info) ? ownKey(turn) : null
}

const ownKey = ({ state: { own } }: Turn): NonNullable<Peer['pinned']> => {
  const { publicKey, fingerprint } = own
  return { publicKey, fingerprint, canSeal: true, since: 0 }
}

function keysAreFresh(turn: Turn, item: OutboxItem): boolean {
  const peer = turn.state.peers.get(item.to)
  if (peer === undefined) return false
  if (peer.many !== undefined) return keysAreKnown(turn, peer.many.info)
  const missing = [turn.state.own.username, peer.name].filter((name) => (freshKey(turn, name) ?? null) === null)
  // Also while a changed key waits for the person's word: the known one may be back, and then nothing has to wait.
  for (const name of missing) askKey(turn, name)
  return missing.length === 0 && peer.candidate === null && isPinned(turn, peer)
}

/** The inbox may have asked for this key without pinning it, since what came with it could not be trusted. To write is first contact too. */
function isPinned(turn: Turn, peer: Peer): boolean {
  const facts = freshKey(turn, peer.name) ?? null
  if (peer.pinned !== null || facts === null) return peer.pinned !== null
  commit(turn, adoptKey(turn, peer, facts, null), notify({ kind: 'contact', name: peer.name }))
  return true
}

function sendHeads(turn: Turn): void {
  let flying = turn.state.outbox.filter((item) => item.stage === 'flying').length
  const begun = new Set<string>()
  for (const item of turn.state.outbox) {
    if (flying >= turn.state.window) return
    if (isHeldBack(turn, item)) continue
    const isHead = item.stage !== 'failed' && !begun.has(item.to)
    if (item.stage !== 'failed') begun.add(item.to)
    if (isHead && mayGo(turn, item)) {
      send(turn, item)
      flying += 1
    }
  }
}

/** What was tried once may be accepted already: only sending it again tells, whatever has become of keys. */
const mayGo = (turn: Turn, item: OutboxItem): boolean =>
  item.stage === 'ready' &&
  !turn.state.held.has(item.to) &&
  (item.tried || (keysAreFresh(turn, item) && !isOutdated(turn, item)))

function send(turn: Turn, item: OutboxItem): void {
  if (item.sealed === null) return
  setItem(turn, { ...item, stage: 'flying', tried: true, refusal: null })
  const timestamp = Math.max(0, Math.floor(item.at / 1000))
  const { to, text, group } = item.sealed
  const ends = item.life === undefined ? {} : { expires_in: keptFor(item.life) }
  const shared = { ...(text === undefined ? {} : { text }), ...(group === undefined ? {} : { group }), ...ends }
  const frame: SendFrame = { type: 'send', id: item.id, timestamp, to: [...to], ...shared, ...quietOf(item) }
  effect(turn, { type: 'send', line: turn.state.line.number, frame })
}

/** What is put into the outbox: a text, with what it answers, or an act. */
export interface Composed {
  readonly id: string
  readonly to: string
  readonly text: string
  readonly re?: Quote | undefined
  readonly act?: Act | undefined
  readonly setting?: Setting | undefined
  readonly life?: number | undefined
  readonly files?: readonly FileInfo[] | undefined
}

/** Puts a new message on disk, together with `writes`; `after` follows when it is there. */
export function compose(turn: Turn, message: Composed, writes: readonly Write[], ...after: readonly After[]): void {
  const { act, re, setting, life, files } = message
  const before = ensurePeer(turn, message.to)
  const known = welcome(turn, before)
  const peer = act === undefined || act.type === 'reaction' ? touch(turn, known) : known
  const order = turn.state.meta.order + 1
  patchMeta(turn, { order })
  const item: OutboxItem = {
    order,
    id: message.id,
    to: lower(peer.name),
    text: message.text,
    ...(act === undefined ? {} : { act }),
    ...(re === undefined ? {} : { re }),
    ...(setting === undefined ? {} : { setting }),
    ...(life === undefined ? {} : { life }),
    ...(files === undefined ? {} : { files, isHeld: true }),
    at: turn.now,
    state: 'waiting',
    refusal: null,
    sealed: null,
    stage: 'saving',
    tried: false,
    disliked: 0,
  }
  patch(turn, { outbox: [...turn.state.outbox, item] })
  const saved = { type: 'event', event: { type: 'saved', id: item.id } } as const
  const all = [...writes, itemWrite(item), peerWrite(peer), metaWrite(turn)]
  commit(turn, all, saved, messagesChanged(peer), CONVERSATIONS, ...after)
  // Whoever is written to may hear now what has come from them.
  if (before.asks === true) armReceipts(turn)
}

const touch = (turn: Turn, peer: Peer): Peer => setPeer(turn, { ...peer, activeAt: Math.max(peer.activeAt, turn.now) })

export function onSaved(turn: Turn, id: string): void {
  const item = findItem(turn, id)
  if (item?.stage !== 'saving') return
  setItem(turn, { ...item, stage: 'saved' })
  pump(turn)
}

export function onSealed(turn: Turn, event: Extract<Event, { readonly type: 'sealed' }>): void {
  const service = findService(turn, event.id)
  if (service !== undefined) return onServiceSealed(turn, service, event)
  if (event.inGroup !== undefined) return onSealedInGroup(turn, event, event.inGroup)
  const item = findItem(turn, event.id)
  if (item?.stage !== 'sealing') return
  if (event.to === null) {
    fail(turn, item, 'too_large')
    return pump(turn)
  }
  const { fingerprint: signedBy } = turn.state.own
  const sealed: Sealed = { to: event.to, key: event.key, link: event.link, signedBy }
  const storing: OutboxItem = { ...item, stage: 'storing', sealed }
  setItem(turn, storing)
  commit(turn, [itemWrite(storing)], { type: 'event', event: { type: 'stored', id: item.id } })
}

/** The group has moved on, whatever has become of the message. */
function onSealedInGroup(
  turn: Turn,
  event: Extract<Event, { readonly type: 'sealed' }>,
  { group: id, made }: NonNullable<Extract<Event, { readonly type: 'sealed' }>['inGroup']>,
): void {
  const item = findItem(turn, event.id)
  const isThere = item?.stage === 'sealing'
  const group = turn.state.groups.get(id)
  if (made === 'unusable' || made === 'too large') {
    if (isThere) setItem(turn, { ...item, stage: 'saved' })
    const broken = made === 'unusable' && group !== undefined ? [keepGroup(turn, { ...group, isBroken: true })] : []
    endStep(turn, broken)
    return isThere && made === 'too large' ? fail(turn, item, 'too_large') : undefined
  }
  const { text, epoch, secrets } = made
  if (!isThere || event.to === null) return endStep(turn, secrets)
  const peer = ensurePeer(turn, item.to)
  const to = peer.many === undefined ? event.to : everybodyIn(turn, peer.many.info)
  const { fingerprint: signedBy } = turn.state.own
  const sealed: Sealed = { to, text, group: { id, epoch }, key: event.key, link: event.link, signedBy }
  const storing: OutboxItem = { ...item, stage: 'storing', sealed }
  setItem(turn, storing)
  endStep(turn, [...secrets, itemWrite(storing)], { type: 'event', event: { type: 'stored', id: item.id } })
}

export function onStored(turn: Turn, id: string): void {
  const item = findItem(turn, id)
  if (item?.stage !== 'storing') return
  setItem(turn, { ...item, stage: 'ready' })
  pump(turn)
}

/** The server has it on disk: it takes its place in the conversation. */
export function onSent(turn: Turn, frame: Extract<ServerFrame, { readonly type: 'sent' }>): void {
  const service = findService(turn, frame.id)
  if (service !== undefined) return onServiceSent(turn, service)
  const group = findHandshake(turn, frame.id)
  if (group !== undefined) return groupPart()?.onHandshakeSent(turn, group, frame)
  const item = findItem(turn, frame.id)
  if (item === undefined) return
  const { number } = ensurePeer(turn, item.to)
  if (item.sealed?.group !== undefined) stir(turn, number)
  const { key, place } = placeSent(turn, frame, number)
  removeItem(turn, item)
  remember(turn, item.id)
  patch(turn, { window: FULL_WINDOW })
  const writes = sentContent(turn, item, { key, place })
  const used = usedNumber(turn, item, false)
  const peer = ensurePeer(turn, item.to)
  commit(
    turn,
    [
      itemRemoval(item),
      { table: 'ids', key: [lower(turn.state.own.username), item.id], value: { line: key } },
      ...writes,
      ...used,
      peerWrite(peer),
      metaWrite(turn),
    ],
    messagesChanged(peer),
    CONVERSATIONS,
  )
  pump(turn)
}

function sentContent(turn: Turn, item: OutboxItem, where: Where): readonly Write[] {
  if (item.act !== undefined) return sentAct(turn, item, item.act, where)
  if (item.setting === undefined) return sentText(turn, item, where.key, where.place)
  const { id, at, setting } = item
  const value: SettingLine = {
    kind: 'setting',
    id,
    sender: turn.state.own.username,
    own: true,
    at,
    setting,
    ...linkOf(item),
  }
  setLifetime(turn, ensurePeer(turn, item.to), { setting, place: where.place })
  return [{ table: 'messages', key: where.key, value }]
}

interface Where {
  readonly key: LogicalKey
  readonly place: Place
}

function sentText(turn: Turn, item: OutboxItem, key: LogicalKey, place: Place): readonly Write[] {
  const known = ensurePeer(turn, item.to)
  const { line, writes } = metBy(turn, known.number, acceptedLine(turn, item))
  noteLine(turn, { sender: lower(line.sender), id: line.id }, { key, line })
  const isLater = known.last === null || isAfter(place, known.last.place)
  setPeer(turn, { ...known, last: isLater ? { place, line: preview(line) } : known.last })
  const fading = startFading(turn, key, line)
  armFading(turn)
  return [{ table: 'messages', key, value: line }, ...writes, ...fading]
}

/** What an own act is about is known here since it was composed; if it is not any more, it was taken away. */
function sentAct(turn: Turn, item: OutboxItem, act: Act, { key, place }: Where): readonly Write[] {
  const { username: sender } = turn.state.own
  const { number } = ensurePeer(turn, item.to)
  const { id, at, life } = item
  const fades = life === undefined ? {} : ({ fades: true } as const)
  const value: ActLine = { kind: 'act', id, sender, own: true, at, act: withoutWords(act), ...fades, ...linkOf(item) }
  const about = aboutOf(turn, act)
  const known = turn.state.lines.get(refKey(about)) ?? null
  const deed = { act, by: lower(sender), own: true, signedBy: signerOf(turn, item), at, place }
  const writes = known === null ? [] : alter(turn, { number, about, known, deed })
  return [{ table: 'messages', key, value }, ...writes]
}

/** What may have reached the server keeps its number, whatever becomes of it here. */
export function usedNumber(turn: Turn, item: OutboxItem, withdrawn: boolean): readonly Write[] {
  const { sealed, id, to } = item
  const link = sealed?.link ?? null
  if (sealed === null || link === null || (withdrawn && !item.tried)) return []
  const peer = ensurePeer(turn, to)
  if (peer.many !== undefined) {
    const inThen = turn.state.groups.get(sealed.group?.id ?? '')?.keys ?? {}
    return useNumber(turn, peer.number, { id, link, key: '', keys: keysOfMembers(peer.many.info, inThen), withdrawn })
  }
  const keys = [peer.pinned, peer.candidate].filter((facts) => facts?.publicKey === sealed.key)
  return useNumber(turn, peer.number, { id, link, key: keys[0]?.fingerprint ?? '', withdrawn })
}

const keysOfMembers = (info: Info, keys: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(keys).filter(([account]) => roleOf(info, account) !== null))

function remember(turn: Turn, id: string): void {
  const kept = [...turn.state.recent].slice(-(RECENT_LIMIT - 1))
  patch(turn, { recent: new Set([...kept, id]) })
}

export function onRefused(turn: Turn, frame: Extract<ServerFrame, { readonly type: 'refused' }>): void {
  const service = findService(turn, frame.id)
  if (service !== undefined) return onServiceRefused(turn, service, frame)
  const group = findHandshake(turn, frame.id)
  if (group !== undefined) {
    groupPart()?.onHandshakeRefused(turn, group, frame)
    return pump(turn)
  }
  const item = findItem(turn, frame.id)
  if (item?.stage !== 'flying') return
  if (frame.code === 'epoch_passed' && item.sealed?.group !== undefined) {
    // Never accepted, or the server would have said so: it may be sealed anew under its id.
    setItem(turn, { ...item, stage: 'saved', tried: false, sealed: null })
    groupPart()?.meetEpoch(turn, item.sealed.group, frame.epoch)
    return pump(turn)
  }
  if (frame.retry_after === undefined && !MAY_PASS.has(frame.code)) fail(turn, item, frame.code)
  else hold(turn, item, frame.code, frame.retry_after ?? RETRY_SECONDS)
  pump(turn)
}

/** Tries again after that long and a little more, so that those who were refused together do not come back together. Says why it waits. */
function hold(turn: Turn, item: OutboxItem, refusal: ErrorCode, seconds: number): void {
  setItem(turn, { ...item, stage: 'ready', refusal })
  patch(turn, { held: new Set(turn.state.held).add(item.to) })
  effect(turn, { type: 'timer', name: `retry ${item.to}`, ms: Math.ceil(seconds * 1000 + random(turn) * 1000) })
  commit(turn, [], messagesChanged(ensurePeer(turn, item.to)), CONVERSATIONS)
}

export function onRetryTimer(turn: Turn, name: string): void {
  letGo(turn, name.replace(/^retry /, ''))
}

/** What waits in this conversation after a refusal goes now. */
export function letGo(turn: Turn, to: string): void {
  const held = new Set(turn.state.held)
  held.delete(to)
  patch(turn, { held })
  pump(turn)
}

/** For good, unless somebody tries it again. */
export function fail(turn: Turn, item: OutboxItem, refusal: ErrorCode): void {
  const { text, writes } = takeActs(turn, item)
  const failed: OutboxItem = { ...item, text, state: 'failed', stage: 'failed', refusal, disliked: 0 }
  setItem(turn, failed)
  commit(turn, [itemWrite(failed), ...writes], messagesChanged(ensurePeer(turn, item.to)), CONVERSATIONS)
}

/** What was to be done to a message that does not go now: its edits are in its text, and nobody else hears of the rest. */
export function takeActs(turn: Turn, item: OutboxItem): { readonly text: string; readonly writes: readonly Write[] } {
  const about = refKey({ sender: lower(turn.state.own.username), id: item.id })
  const acts = turn.state.outbox.filter(({ act }) => act !== undefined && refKey(aboutOf(turn, act)) === about)
  for (const one of acts) removeItem(turn, one)
  const edit = acts.map(({ act }) => act).findLast((act) => act?.type === 'edit')
  return { text: edit?.type === 'edit' ? edit.text : item.text, writes: acts.map(itemRemoval) }
}

/** There is nobody of that name (any more). What may have been sent already waits for the server's own answer. */
export function failAll(turn: Turn, name: string): void {
  for (const item of turn.state.outbox) {
    const isWaiting = item.stage === 'saved' || (item.stage === 'ready' && !item.tried)
    if (item.to === lower(name) && isWaiting) fail(turn, item, 'no_such_user')
  }
}
