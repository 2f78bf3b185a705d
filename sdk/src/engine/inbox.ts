import { finishBatch } from './arrivals.ts'
import { beginStep, endStep } from './groups.ts'
import { askKey } from './lookups.ts'
import { readContent, targetOf } from './content.ts'
import type { MessageRef } from './content.ts'
import type { Event, ToOpen, UnwrappedFrames } from './events.ts'
import type { KeyFacts } from './rows.ts'
import { contentOf, readService } from './service.ts'
import type { Again } from './service.ts'
import type { Batch, Entry, Found, MailboxFrame, Opened } from './state.ts'
import { onStoredMore } from './tell.ts'
import { effect, isOwn, lower, patch, pinOf } from './turn.ts'
import type { Turn } from './turn.ts'
import { loadedPart } from './part.ts'
import { unwrapEffect } from './unwrap.ts'
import { isGroupText } from './unwrapped.ts'

/**
 * What comes from the mailbox, a batch at a time: find (seen before?) → ask (whose keys are missing?) → open → commit → acknowledge.
 * - Everything of a batch is one commit: messages, ids, conversations, pins, cursor. The acknowledgement leaves after it.
 * - Seen before means: this sender's id is in `ids`. The seq alone proves nothing, since a server may count anew.
 * - As long as a key cannot be had, the batch waits; so does whatever stands behind it.
 * - What belongs to groups comes in batches of its own. When one has been unwrapped the groups have moved on, so it is always finished,
 *   also when the line is gone: otherwise what it gave would be lost.
 */
const BATCH_LIMIT = 64

export function onMailboxFrame(turn: Turn, frame: MailboxFrame): void {
  patch(turn, { queue: [...turn.state.queue, frame] })
  startBatch(turn)
}

export function startBatch(turn: Turn): void {
  const { batch, queue, batches, own, line, awaited, groups } = turn.state
  const isAwaiting = awaited !== null && (groups.get(awaited)?.pending ?? null) !== null
  if (batch !== null || queue.length === 0 || isAwaiting) return
  const frames = nextFrames(queue)
  const number = batches + 1
  const entries = frames.map((frame): Entry => ({ frame, found: null, opened: null, asked: null, pinned: null }))
  patch(turn, {
    queue: queue.slice(frames.length),
    batches: number,
    awaited: null,
    batch: {
      number,
      phase: 'finding',
      line: line.number,
      entries,
      asked: new Map(),
      originals: null,
      targets: [],
      isGrouped: isOfGroup(frames[0]),
      secrets: null,
    },
  })
  const ids = frames.map((frame) => ({
    sender: lower(frame.type === 'message' ? frame.sendername : own.username),
    id: frame.id,
    withLine: frame.type === 'expired',
  }))
  effect(turn, { type: 'find', batch: number, ids })
}

const isOfGroup = (frame: MailboxFrame | undefined): boolean =>
  frame?.type === 'message' && isGroupText(frame.message_text)

/** All of a group, or none. */
function nextFrames(queue: readonly MailboxFrame[]): readonly MailboxFrame[] {
  const first = isOfGroup(queue[0])
  const end = queue.findIndex((frame) => isOfGroup(frame) !== first)
  return queue.slice(0, Math.min(BATCH_LIMIT, end === -1 ? BATCH_LIMIT : end))
}

const patchBatch = (turn: Turn, batch: Batch, change: Partial<Batch>): void =>
  patch(turn, { batch: { ...batch, ...change } })

/** The batch that an event speaks of, when it is still that one and in that phase. */
const current = (turn: Turn, number: number, phase: Batch['phase']): Batch | null => {
  const { batch } = turn.state
  return batch?.number === number && batch.phase === phase ? batch : null
}

export function onFound(turn: Turn, number: number, found: readonly (Found | null)[]): void {
  const recalling = current(turn, number, 'recalling')
  if (recalling !== null) {
    const count = recalling.entries.length
    patchBatch(turn, recalling, { originals: found.slice(0, count), targets: found.slice(count), phase: 'asking' })
    return advanceInbox(turn)
  }
  const batch = current(turn, number, 'finding')
  if (batch === null) return
  const entries = batch.entries.map((entry, index): Entry => ({ ...entry, found: found[index] ?? null }))
  patchBatch(turn, batch, { entries, phase: 'asking' })
  advanceInbox(turn)
}

export function onRead(turn: Turn, number: number, opened: ReadonlyMap<number, Opened>): void {
  const batch = current(turn, number, 'opening')
  if (batch === null) return
  const entries = batch.entries.map((entry, index): Entry => ({ ...entry, opened: opened.get(index) ?? entry.opened }))
  patchBatch(turn, batch, { entries, phase: 'asking' })
  advanceInbox(turn)
}

/** A key that the batch may be waiting for. */
export function onBatchKey(turn: Turn, name: string, facts: KeyFacts | null): void {
  const { batch } = turn.state
  if (batch?.phase !== 'asking') return
  patchBatch(turn, batch, { asked: new Map(batch.asked).set(lower(name), facts) })
  advanceInbox(turn)
}

/** Goes on with the batch as far as what is known allows. */
export function advanceInbox(turn: Turn): void {
  const { batch } = turn.state
  if (batch?.phase !== 'asking') return
  if (batch.isGrouped && batch.secrets === null) return unwrap(turn, batch)
  const missing = new Set(batch.entries.flatMap((entry) => missingKey(turn, batch, entry)))
  if (missing.size > 0) {
    for (const name of missing) askKey(turn, name)
    return
  }
  const items = batch.entries.flatMap((entry, index) => toOpen(turn, batch, entry, index))
  if (items.length > 0) openItems(turn, batch, items)
  else if (batch.originals === null && batch.entries.some((entry) => isAgain(entry) || aboutOf(entry) !== null))
    findOriginals(turn, batch)
  else {
    patchBatch(turn, batch, { phase: 'committing' })
    finishBatch(turn, batch)
  }
}

/** In turn with everything else that moves a group. */
function unwrap(turn: Turn, batch: Batch): void {
  const missing = [...unknownSenders(turn, batch), ...turn.state.wanted].filter((name) => !batch.asked.has(name))
  for (const name of missing) askKey(turn, name)
  if (missing.length > 0 || turn.state.isStepping) return
  const action = unwrapEffect(turn, batch)
  if (action.frames.length === 0) {
    patchBatch(turn, batch, { isGrouped: false })
    return advanceInbox(turn)
  }
  patch(turn, { wanted: [] })
  patchBatch(turn, batch, { phase: 'unwrapping' })
  beginStep(turn)
  effect(turn, action)
}

const unknownSenders = (turn: Turn, { entries }: Batch): readonly string[] =>
  entries.flatMap(({ frame, found }) => {
    const name = frame.type === 'message' ? lower(frame.sendername) : null
    return name === null || found !== null || isOwn(turn, name) || pinOf(turn, name) !== null ? [] : [name]
  })

export function onUnwrapped(turn: Turn, event: Extract<Event, { readonly type: 'unwrapped' }>): void {
  const batch = current(turn, event.batch, 'unwrapping')
  if (batch === null) return endStep(turn, event.result.secrets)
  const result = withoutUnanswerable(batch, event.result)
  const { entries, rest, writes } = loadedPart().takeIn(turn, batch, result)
  const { halt } = result
  // Frames of a line that is gone come again by themselves.
  if (rest.length > 0 && batch.line === turn.state.line.number) patch(turn, { queue: [...rest, ...turn.state.queue] })
  if (halt?.kind === 'wants') patch(turn, { wanted: halt.accounts.map(lower) })
  if (halt?.kind === 'awaits') patch(turn, { awaited: halt.group })
  if (entries.length === 0) {
    patch(turn, { batch: null })
    return endStep(turn, writes)
  }
  patchBatch(turn, batch, { entries, secrets: writes, phase: 'asking' })
  advanceInbox(turn)
}

/** Keys that have been asked for and do not help will not help the next time either. */
function withoutUnanswerable(batch: Batch, result: UnwrappedFrames): UnwrappedFrames {
  const { halt, frames } = result
  const isHopeless = halt?.kind === 'wants' && halt.accounts.every((name) => batch.asked.has(lower(name)))
  return isHopeless ? { ...result, halt: null, frames: [...frames, { kind: 'nothing' }] } : result
}

const isAgain = ({ opened }: Entry): boolean => opened?.mark === 'verified' && opened.body?.type === 'again'

const againIn = (entry: Entry): Again | null => {
  const body = isAgain(entry) ? readService(entry.opened?.body ?? null) : null
  return body?.type === 'again' ? body : null
}

const senderOf = ({ frame }: Entry): string => lower(frame.type === 'message' ? frame.sendername : '')

/** The message that an act, or an answer, is about. */
function aboutOf(entry: Entry): MessageRef | null {
  const again = againIn(entry)
  const content = again === null ? readContent(entry.opened?.body ?? null) : contentOf(again)
  if (content === null || content.type === 'lifetime') return null
  if (content.type !== 'text') return targetOf(content, senderOf(entry))
  return content.re === undefined ? null : { ...content.re, sender: lower(content.re.sender) }
}

/**
 * Messages that are given once more bear their first id: have they been seen? And what is known of those that others are about? One
 * answer for each entry, and then another for each.
 */
function findOriginals(turn: Turn, batch: Batch): void {
  patchBatch(turn, batch, { phase: 'recalling' })
  const originals = batch.entries.map((entry) => ({ sender: senderOf(entry), id: againIn(entry)?.id ?? '' }))
  const targets = batch.entries.map((entry) => aboutOf(entry) ?? { sender: '', id: '' })
  const ids = [...originals, ...targets].map(({ sender, id }) => ({ sender, id, withLine: true }))
  effect(turn, { type: 'find', batch: batch.number, ids })
}

/** Whose key must be asked for before this entry can be judged: an unknown sender's, a wrong signature's, or one's own. */
function missingKey(turn: Turn, batch: Batch, { frame, found, opened }: Entry): readonly string[] {
  if (batch.isGrouped || frame.type === 'expired' || found !== null) return []
  const { username } = turn.state.own
  if (opened?.reason === 'not readable') return batch.asked.has(lower(username)) ? [] : [username]
  const { sendername } = frame
  const isKnown = isOwn(turn, sendername) || pinOf(turn, sendername) !== null
  const mustAsk = opened === null ? !isKnown : opened.reason === 'signature wrong'
  return mustAsk && !batch.asked.has(lower(sendername)) ? [sendername] : []
}

/** Not opened yet, or opened without the key that has been asked for since. */
function toOpen(turn: Turn, batch: Batch, entry: Entry, index: number): readonly ToOpen[] {
  const { frame, found, opened, asked } = entry
  if (batch.isGrouped || frame.type === 'expired' || found !== null) return []
  const presented = batch.asked.get(lower(frame.sendername)) ?? null
  const isAgain = opened?.reason === 'signature wrong' && presented !== null && presented !== asked
  if (opened !== null && !isAgain) return []
  const own = isOwn(turn, frame.sendername)
  const known = own ? turn.state.own.publicKey : (pinOf(turn, frame.sendername)?.publicKey ?? null)
  const pinned = isAgain ? entry.pinned : known
  const { id, sendername: from, message_text: text } = frame
  // Only beside the key that the sender has now, which is tried first: learning a new one goes before remembering an old one.
  const earlier = presented === null ? [] : (turn.state.peers.get(lower(from))?.earlier ?? [])
  return [
    {
      index,
      id,
      from,
      text,
      own,
      pinned,
      presented: presented?.publicKey ?? pinned,
      earlier: earlier.filter((key) => key !== pinned),
      voucher: own ? null : voucherOf(turn, from, presented),
    },
  ]
}

/** What somebody presents, when it is the pinned key or there is none yet. One that waits for the person's word vouches for nothing. */
function voucherOf(turn: Turn, name: string, presented: KeyFacts | null): string | null {
  const pin = pinOf(turn, name)
  const isTrusted = pin === null || pin.fingerprint === presented?.fingerprint
  return isTrusted ? (presented?.publicKey ?? null) : null
}

function openItems(turn: Turn, batch: Batch, items: readonly ToOpen[]): void {
  const opening = new Map(items.map((item) => [item.index, item]))
  const entries = batch.entries.map((entry, index): Entry => {
    const item = opening.get(index)
    if (item === undefined) return entry
    return { ...entry, asked: batch.asked.get(lower(item.from)) ?? null, pinned: item.pinned }
  })
  patchBatch(turn, batch, { entries, phase: 'opening' })
  effect(turn, { type: 'open', batch: batch.number, items })
}

export function onCommitted(turn: Turn, number: number): void {
  if (current(turn, number, 'committing') === null) return
  patch(turn, { batch: null })
  onStoredMore(turn)
  startBatch(turn)
}
