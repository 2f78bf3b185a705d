import type { Place } from '../messenger.ts'
import { takeAsk, takeReceipt } from './answer.ts'
import { noteLine } from './alter.ts'
import { chainWith, gapWith, keepChain, reservedPlace } from './chains.ts'
import { startFading } from './fading-rows.ts'
import { fill, followHead, takeOut } from './follow.ts'
import { heardFrom } from './heads.ts'
import { groupPart } from './part.ts'
import { doneAct, show, write } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { preview } from './places.ts'
import type { ActLine, Chain, MessageLine, Peer, SettingLine } from './rows.ts'
import { readService } from './service.ts'
import type { Again, Gone, ServiceBody } from './service.ts'
import { both, joined, without } from './spans.ts'
import type { Found } from './state.ts'
import { lower, peerOf, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

/** A service message whose sender is certain. */
export interface Heard {
  readonly body: { readonly type: string } | null
  /** Null: another own device. */
  readonly peer: Peer | null
  readonly sender: string
  /** Where it came in the mailbox. */
  readonly place: Place
  /** What is known of the message that it gives again. */
  readonly original: Found | null
  /** That message as a line. */
  readonly lineOf: (again: Again, conversation: Peer) => MessageLine | ActLine | SettingLine
  /** What it does, when it is an act or a setting. */
  readonly carryOut: (again: Again, conversation: Peer, place: Place) => void
}

export function hear(turn: Turn, heard: Heard, outcome: Outcome): void {
  const { peer } = heard
  const body = readService(heard.body)
  if (body === null) return
  const isNews = take(turn, { ...heard, body }, outcome)
  if (peer !== null) heardFrom(turn, turn.state.peers.get(lower(peer.name)) ?? peer, isNews)
}

/** @returns whether it told of something that was not known to be stored */
function take(turn: Turn, heard: Heard & { readonly body: ServiceBody }, outcome: Outcome): boolean {
  const { body, peer, place } = heard
  switch (body.type) {
    case 'receipt':
      return peer !== null && takeNews(turn, { peer, receipt: body }, outcome)
    case 'ask':
      takeAsk(turn, peer, body)
      return false
    case 'head':
      if (peer !== null) {
        const number = chainWith(turn, peer, body.chain)?.number ?? peer.number
        write(outcome, ...followHead(turn, { number, chain: body.chain, n: body.n, seq: place.seq }))
        changed(turn, peerOf(turn, number) ?? peer, outcome)
      }
      return false
    case 'again':
      takeAgain(turn, { ...heard, body }, outcome)
      return false
    case 'gone':
      takeGone(turn, { ...heard, body }, outcome)
      return false
    case 'admit':
      write(outcome, ...(groupPart()?.admit(turn, { account: heard.sender, group: body.group }) ?? []))
      return false
  }
}

const changed = (turn: Turn, peer: Peer, outcome: Outcome): void => {
  outcome.changed.set(peer.number, turn.state.peers.get(lower(peer.name)) ?? peer)
}

function takeNews(
  turn: Turn,
  { peer, receipt }: { readonly peer: Peer; readonly receipt: Extract<ServiceBody, { readonly type: 'receipt' }> },
  outcome: Outcome,
): boolean {
  const { writes, isNews, arrived } = takeReceipt(turn, peer, receipt)
  write(outcome, ...writes)
  if (arrived > 0) {
    const known = turn.state.peers.get(lower(peer.name)) ?? peer
    setPeer(turn, { ...known, expired: Math.max(0, (known.expired ?? 0) - arrived) })
  }
  const number = chainWith(turn, peer, receipt.chain)?.number
  const conversation = number === undefined ? undefined : peerOf(turn, number)
  if (isNews) changed(turn, conversation ?? peer, outcome)
  return isNews
}

/** The chain that a contact, or another own device, speaks of. Each can speak only of its own. */
const theirs = (turn: Turn, { peer }: Heard, name: string): Chain | undefined => {
  const whose = peer === null ? 'sibling' : 'contact'
  const chains = [...turn.state.chains.values()]
  const chain =
    peer === null ? chains.find((one) => one.chain === name && one.whose === whose) : chainWith(turn, peer, name)
  return chain?.whose === whose ? chain : undefined
}

/** A message once more: taken as the first time, in the place that was kept for it, unless it is there. */
function takeAgain(turn: Turn, heard: Heard & { readonly body: Again }, outcome: Outcome): void {
  const { body, place, sender } = heard
  const original = heard.original?.row.isMissing === true ? null : heard.original
  const chain = theirs(turn, heard, body.chain)
  const conversation = chain === undefined ? undefined : peerOf(turn, chain.number)
  const gap = chain === undefined ? undefined : gapWith(chain, body.n)
  if (chain === undefined || conversation === undefined || gap === undefined) return
  write(outcome, ...fill(turn, chain, body.n))
  changed(turn, conversation, outcome)
  const identity = `${sender} ${body.id}`
  const isThere = outcome.ids.has(identity) || (original !== null && !isDoubtful(original))
  if (isThere) return
  outcome.ids.add(identity)
  const line = heard.lineOf(body, conversation)
  const own = reservedPlace(gap, body.n) ?? place
  if (line.kind === 'act' && !line.own) {
    write(outcome, doneAct(sender, body.id))
    return heard.carryOut(body, conversation, own)
  }
  if (line.kind === 'message' && original !== null) return mend(turn, { conversation, original, line }, outcome)
  const there = original?.row.line ?? []
  const key = there[0] === conversation.number ? there : [conversation.number, own.seq, own.sub]
  write(
    outcome,
    { table: 'messages', key, value: line },
    { table: 'ids', key: [sender, body.id], value: { line: key } },
  )
  if (line.kind === 'message') show(turn, { peer: conversation, place: own, line }, outcome)
  else heard.carryOut(body, conversation, own)
}

/** It came under the same id and was not theirs, or nobody could tell. */
const isDoubtful = ({ line }: Found): boolean =>
  line?.kind === 'message' && (line.mark === 'forged' || line.mark === 'unsigned')

function mend(
  turn: Turn,
  {
    conversation,
    original,
    line,
  }: { readonly conversation: Peer; readonly original: Found; readonly line: MessageLine },
  outcome: Outcome,
): void {
  const key = original.row.line
  if (key === null || key[0] !== conversation.number) return
  write(outcome, { table: 'messages', key, value: line }, ...startFading(turn, key, line))
  noteLine(turn, { sender: lower(line.sender), id: line.id }, { key, line })
  const { last } = conversation
  const isLast = last?.line.id === line.id
  const known = setPeer(turn, {
    ...conversation,
    last: isLast && last !== null ? { ...last, line: preview(line) } : last,
  })
  outcome.changed.set(conversation.number, known)
}

/** What was taken away by its sender was never lost; the rest is, and the notice says so. */
function takeGone(turn: Turn, heard: Heard & { readonly body: Gone }, outcome: Outcome): void {
  const { missing, why, chain: name } = heard.body
  const chain = theirs(turn, heard, name)
  const conversation = chain === undefined ? undefined : peerOf(turn, chain.number)
  if (chain === undefined || conversation === undefined) return
  changed(turn, conversation, outcome)
  if (why === 'withdrawn') return write(outcome, ...takeOut(turn, chain, missing))
  const gaps = chain.gaps.map((gap) => ({
    ...gap,
    missing: without(gap.missing, missing),
    gone: joined(gap.gone, both(gap.missing, missing)),
  }))
  write(outcome, keepChain(turn, { ...chain, gaps }))
}
