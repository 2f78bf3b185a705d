import type { ClientFrame, ServerFrame } from '@chatnip/protocol'
import type { Event } from './events.ts'
import { chainOf, isGivenUpOn, keepChain, missingOf, MOST_ASKED } from './chains.ts'
import { keptFor } from './lifetime.ts'
import { freshKey, askKey } from './lookups.ts'
import type { Chain, Gap, Peer, Write } from './rows.ts'
import type { ServiceBody } from './service.ts'
import { firstSpans, fitsIn, joined, without } from './spans.ts'
import { onSeenTold } from './seen.ts'
import { peoplePart } from './people-part.ts'
import type { ServiceItem } from './state.ts'
import { isHushed } from './strangers.ts'
import { commit, effect, freshId, isOwn, lower, messagesChanged, patch, peerOf, random } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * Tells other devices what this one has and what it misses.
 * - Nothing of it is on disk but what is owed: `news` and `told` of a chain, `asked` of a gap. They move when the server has the message;
 *   after a crash it is said again, which does no harm.
 * - It speaks of what is committed, never of what is being written.
 * - It gives way to texts: few are under way at a time, behind everything that waits.
 */
const UNDER_WAY = 4
const MOST_WAITING = 400

/** After the first 5 s, in which late ones may still come, longer each time. */
const ASK_AFTER_MS = [5_000, 300_000, 3_600_000, 86_400_000, 86_400_000, 86_400_000] as const
/** What is here and cannot be read will not come late. */
const UNREAD_AFTER_MS = [300, 15_000, 300_000, 3_600_000, 86_400_000, 86_400_000] as const
const RECEIPT_MS = 1_000

export function tell(
  turn: Turn,
  item: Pick<ServiceItem, 'to' | 'body' | 'about'> & { readonly onlyFor?: string },
): void {
  const service = turn.state.service.filter((one) => !isOutdatedBy(one, item))
  const isThere = service.some(({ to, body }) => to === item.to && JSON.stringify(body) === JSON.stringify(item.body))
  if (isThere || service.length >= MOST_WAITING) return
  const fresh: ServiceItem = { ...item, onlyFor: item.onlyFor ?? null, id: freshId(turn), stage: 'waiting' }
  patch(turn, { service: [...service, fresh] })
}

/** Only the latest state of a chain is worth telling. */
const isOutdatedBy = (one: ServiceItem, { to, body }: Pick<ServiceItem, 'to' | 'body'>): boolean =>
  one.stage === 'waiting' &&
  body.type === 'receipt' &&
  one.to === to &&
  one.body.type === 'receipt' &&
  one.body.chain === body.chain

const setService = (turn: Turn, item: ServiceItem): void =>
  patch(turn, { service: turn.state.service.map((one) => (one.id === item.id ? item : one)) })

const dropService = (turn: Turn, id: string): void =>
  patch(turn, { service: turn.state.service.filter((one) => one.id !== id) })

export const findService = (turn: Turn, id: string): ServiceItem | undefined =>
  turn.state.service.find((one) => one.id === id)

/** Seals and sends what may go now. */
export function pumpService(turn: Turn): void {
  if (turn.state.line.phase !== 'online') return
  let busy = turn.state.service.filter(({ stage }) => stage === 'sealing' || stage === 'flying').length
  for (const item of turn.state.service) {
    if (busy >= UNDER_WAY) return
    if (item.stage !== 'waiting') continue
    const key = keyFor(turn, item)
    if (key === 'later') continue
    if (key === null) {
      dropService(turn, item.id)
      continue
    }
    setService(turn, { ...item, stage: 'sealing' })
    busy += 1
    const { id, body } = item
    effect(turn, {
      type: 'seal',
      message: { id, to: key.name, at: turn.now, body, key: key.pin, link: null, group: null },
    })
  }
}

/** Null: there is no key that this may be sealed for. */
function keyFor(
  turn: Turn,
  item: ServiceItem,
): { readonly name: string; readonly pin: NonNullable<Peer['pinned']> } | 'later' | null {
  const { own } = turn.state
  const names = [own.username, ...(isOwn(turn, item.to) ? [] : [item.to])]
  const missing = names.filter((name) => freshKey(turn, name) === undefined)
  for (const name of missing) askKey(turn, name)
  if (missing.length > 0) return 'later'
  if (isOwn(turn, item.to)) {
    const { publicKey, fingerprint, username: name } = own
    return item.onlyFor === null || item.onlyFor === fingerprint
      ? { name, pin: { publicKey, fingerprint, canSeal: true, since: 0 } }
      : null
  }
  const peer = turn.state.peers.get(item.to)
  const pin = peer?.pinned ?? null
  if (peer === undefined || pin === null || !pin.canSeal || peer.candidate !== null) return null
  return item.onlyFor === null || item.onlyFor === pin.fingerprint ? { name: peer.name, pin } : null
}

export function onServiceSealed(
  turn: Turn,
  item: ServiceItem,
  event: Extract<Event, { readonly type: 'sealed' }>,
): void {
  if (item.stage !== 'sealing') return
  if (event.to === null || turn.state.line.phase !== 'online') return dropService(turn, item.id)
  setService(turn, { ...item, stage: 'flying' })
  const timestamp = Math.max(0, Math.floor(turn.now / 1000))
  const frame: ClientFrame = { type: 'send', id: item.id, timestamp, to: [...event.to], quiet: true, ...endOf(item) }
  effect(turn, { type: 'send', line: turn.state.line.number, frame })
}

/** A message that disappears ends on the server the second time as it did the first. */
function endOf({ body }: ServiceItem): { readonly expires_in?: number } {
  const life = body.type === 'again' && body.body?.type === 'text' ? body.body.life : undefined
  return life === undefined ? {} : { expires_in: keptFor(life) }
}

/** The server has it: what was owed is told. */
export function onServiceSent(turn: Turn, item: ServiceItem): void {
  dropService(turn, item.id)
  const { body, about } = item
  if (body.type === 'people') peoplePart()?.onPeopleTold(turn, body)
  if (body.type === 'seen') onSeenTold(turn, body)
  const chain = !('chain' in body) ? undefined : chainOf(turn, about.number, body.chain)
  if (chain !== undefined && body.type === 'receipt') {
    commit(turn, [keepChain(turn, { ...chain, told: Math.max(chain.told, about.news) })])
  }
  if (chain !== undefined && body.type === 'ask') {
    commit(turn, [keepChain(turn, asked(turn, chain))])
    armGaps(turn)
  }
  pumpService(turn)
}

/** Refused, for now or for good: what is owed is owed, and comes again by its own timer. */
export function onServiceRefused(
  turn: Turn,
  item: ServiceItem,
  frame: Extract<ServerFrame, { readonly type: 'refused' }>,
): void {
  const { type } = item.body
  const isAnswer = type === 'again' || type === 'gone' || type === 'people' || type === 'seen'
  if (isAnswer && frame.retry_after !== undefined) return holdService(turn, item, frame.retry_after)
  dropService(turn, item.id)
  if (item.body.type === 'ask') effect(turn, { type: 'timer', name: 'gaps', ms: 1_000 * (frame.retry_after ?? 30) })
  pumpService(turn)
}

/** Whoever asked asks again much later. */
function holdService(turn: Turn, item: ServiceItem, seconds: number): void {
  setService(turn, { ...item, stage: 'held' })
  effect(turn, { type: 'timer', name: 'service', ms: 1_000 * (seconds + 1) })
}

export function onServiceTimer(turn: Turn): void {
  patch(turn, {
    service: turn.state.service.map((one) => (one.stage === 'held' ? { ...one, stage: 'waiting' } : one)),
  })
  pumpService(turn)
}

/** Somebody wants what is missing now: also what was given up on is asked for once more. */
export function askAgain(turn: Turn, conversation: string): void {
  const number = turn.state.peers.get(lower(conversation))?.number
  const writes = [...turn.state.chains.values()]
    .filter((chain) => chain.number === number && chain.gaps.some(({ quiet }) => !quiet))
    .map((chain) => keepChain(turn, { ...chain, gaps: chain.gaps.map((gap) => dueAgain(turn, gap)) }))
  const peer = number === undefined ? undefined : peerOf(turn, number)
  if (writes.length === 0 || peer === undefined) return
  commit(turn, writes, messagesChanged(peer))
  onGapsTimer(turn)
}

const dueAgain = (turn: Turn, gap: Gap): Gap => {
  if (gap.quiet) return gap
  const times = Math.min(gap.asked, MOST_ASKED - 1)
  return {
    ...gap,
    missing: joined(gap.missing, gap.gone),
    gone: [],
    asked: times,
    askedAt: turn.now - waitOf({ ...gap, asked: times }),
  }
}

const asked = (turn: Turn, chain: Chain): Chain => ({
  ...chain,
  gaps: chain.gaps.map((gap) => (isDue(turn, gap) ? { ...gap, asked: gap.asked + 1, askedAt: turn.now } : gap)),
})

const waitOf = ({ asked: times, isUnread }: Gap): number =>
  (isUnread === true ? UNREAD_AFTER_MS : ASK_AFTER_MS)[times] ?? Infinity

const isOpen = (gap: Gap): boolean => !gap.quiet && !isGivenUpOn(gap)

/** A clock that went back says nothing about how long it has been. */
const isDue = (turn: Turn, gap: Gap): boolean =>
  isOpen(gap) && (turn.now >= gap.askedAt + waitOf(gap) || turn.now < gap.askedAt)

const openGaps = (turn: Turn): readonly Gap[] =>
  [...turn.state.chains.values()].flatMap((chain) => (isAsking(turn, chain) ? chain.gaps.filter(isOpen) : []))

/** Whoever asks a stranger for what is missing tells that somebody is there. */
const isAsking = (turn: Turn, chain: Chain): boolean => chain.gaps.some(isOpen) && !isHushed(turn, chain)

/** Sets the timer for the next question, if there is one to ask. */
export function armGaps(turn: Turn): void {
  const waits = openGaps(turn).map((gap) => Math.min(waitOf(gap), Math.max(0, gap.askedAt + waitOf(gap) - turn.now)))
  if (waits.length === 0 || turn.state.line.phase !== 'online') return
  effect(turn, { type: 'timer', name: 'gaps', ms: waits.reduce((a, b) => Math.min(a, b)) + 1 })
}

export function onGapsTimer(turn: Turn): void {
  if (turn.state.line.phase !== 'online') return
  for (const chain of turn.state.chains.values()) {
    const due = chain.gaps.filter((gap) => isDue(turn, gap))
    if (due.length === 0 || !isAsking(turn, chain)) continue
    if (due.some((gap) => gap.asked < MOST_ASKED)) ask(turn, chain)
    else giveUp(turn, chain)
  }
  // Those that are asked now are counted when the server has the question; the others come later.
  if (openGaps(turn).every((gap) => !isDue(turn, gap))) armGaps(turn)
  pumpService(turn)
}

function ask(turn: Turn, chain: Chain): void {
  const to = chain.whose === 'sibling' ? lower(turn.state.own.username) : nameOf(turn, chain)
  const missing = firstSpans(missingOf(chain, false))
  if (to === null || missing.length === 0) return
  tell(turn, {
    to,
    body: { type: 'ask', chain: chain.chain, missing },
    about: { number: chain.number, news: chain.news },
  })
}

function giveUp(turn: Turn, chain: Chain): void {
  const peer = peerOf(turn, chain.number)
  commit(turn, [keepChain(turn, asked(turn, chain))], ...(peer === undefined ? [] : [messagesChanged(peer)]))
}

const nameOf = (turn: Turn, chain: Chain): string | null => {
  if (chain.by !== undefined) return chain.by
  const peer = peerOf(turn, chain.number)
  return peer === undefined || peer.many !== undefined ? null : lower(peer.name)
}

const isOwed = (turn: Turn, chain: Chain): boolean =>
  chain.whose === 'contact' && chain.news > chain.told && !isHushed(turn, chain)

const tellsReading = ({ state: { meta } }: Turn): boolean => meta.receipts !== false && meta.readReceipts !== false

/** Somebody has seen this conversation to its end. What is read while that may not be told is not told later either. */
export function noteRead(turn: Turn, { number }: Peer): readonly Write[] {
  if (!tellsReading(turn)) return []
  return [...turn.state.chains.values()]
    .filter((chain) => chain.number === number && chain.whose === 'contact' && (chain.read ?? 0) < chain.n)
    .map((chain) => keepChain(turn, { ...chain, read: chain.n, news: chain.news + 1 }))
}

/** What is owed is told together, a second or two later, when other senders' messages may have come too. */
export function armReceipts(turn: Turn): void {
  const { telling, line, meta } = turn.state
  if (telling !== 'no' || line.phase !== 'online' || meta.receipts === false) return
  if (![...turn.state.chains.values()].some((chain) => isOwed(turn, chain))) return
  patch(turn, { telling: 'soon' })
  effect(turn, { type: 'timer', name: 'receipts', ms: Math.ceil(RECEIPT_MS * (1 + random(turn))) })
}

export function onReceiptsTimer(turn: Turn): void {
  if (turn.state.telling === 'no') return
  // What is being written is not stored yet.
  if (turn.state.batch?.phase === 'committing') return patch(turn, { telling: 'due' })
  patch(turn, { telling: 'no' })
  if (turn.state.line.phase !== 'online' || turn.state.meta.receipts === false) return
  for (const chain of turn.state.chains.values()) if (isOwed(turn, chain)) tellReceipt(turn, chain)
  pumpService(turn)
}

function tellReceipt(turn: Turn, chain: Chain): void {
  const to = nameOf(turn, chain)
  const gone = chain.gaps.flatMap((gap) => gap.gone)
  const missing = joined(missingOf(chain, false), gone)
  const unsure = without(missingOf(chain, true), missing)
  // Too many holes to tell of in one message: better nothing than what is not so.
  if (to === null || !fitsIn(missing) || !fitsIn(unsure)) return
  const read = chain.read === undefined || !tellsReading(turn) ? {} : { read: chain.read }
  const body: ServiceBody = { type: 'receipt', chain: chain.chain, n: chain.n, missing, unsure, ...read }
  tell(turn, { to, body, about: { number: chain.number, news: chain.news } })
}

/** A commit of the inbox is through. */
export function onStoredMore(turn: Turn): void {
  if (turn.state.telling === 'due') onReceiptsTimer(turn)
  armReceipts(turn)
  armGaps(turn)
}

/** On a new line everything that is owed is said again. */
export function tellAnew(turn: Turn): void {
  // That a device is there is owed by nothing else: nobody would let it in.
  const owed = turn.state.service.filter(({ body }) => body.type === 'admit')
  patch(turn, { service: owed.map((one) => ({ ...one, id: freshId(turn), stage: 'waiting' })), telling: 'no' })
  armReceipts(turn)
  armGaps(turn)
}
