import type { Event } from './events.ts'
import { signOut } from './hangup.ts'
import { advanceInbox, onBatchKey } from './inbox.ts'
import { askKey, freshKey } from './lookups.ts'
import { failAll, pump } from './outbox.ts'
import { adoptKey } from './pins.ts'
import type { KeyFacts } from './rows.ts'
import type { State } from './state.ts'
import { welcome } from './strangers.ts'
import { backoff, commit, CONVERSATIONS, effect, ensurePeer, isOwn, lower, messagesChanged } from './turn.ts'
import { notify, patch, peerWrite, setPeer, settle } from './turn.ts'
import type { Turn } from './turn.ts'

/** An answer about somebody's public key, for whoever waits for it: a conversation to be opened, the outbox, the inbox. */
export function onLookedUp(turn: Turn, event: Extract<Event, { readonly type: 'looked up' }>): void {
  const { line, name, result } = event
  if (line !== turn.state.line.number) return
  if (result.outcome === 'unavailable') return onNoAnswer(turn, name)
  const facts = result.outcome === 'key' ? result.facts : null
  const keys = new Map(turn.state.keys).set(lower(name), { phase: 'answered', facts, line, at: turn.now })
  patch(turn, { keys, askFailures: 0 })
  if (isOwn(turn, name) && facts?.fingerprint !== turn.state.own.fingerprint) return signOut(turn)
  const registered = result.outcome === 'key' ? (result.name ?? name) : null
  if (registered !== null) respell(turn, registered)
  settleOpening(turn, name, registered)
  if (facts === null) failAll(turn, name)
  else learnKey(turn, name, facts)
  onBatchKey(turn, name, facts)
  pump(turn)
}

function onNoAnswer(turn: Turn, name: string): void {
  const keys = new Map(turn.state.keys)
  keys.delete(lower(name))
  patch(turn, { keys })
  for (const { ticket } of takeOpening(turn, name)) {
    effect(turn, { type: 'settle', ticket, error: 'unavailable', value: '' })
  }
  if (turn.state.askWaiting) return
  const { askFailures } = turn.state
  patch(turn, { askWaiting: true, askFailures: askFailures + 1 })
  effect(turn, { type: 'timer', name: 'ask', ms: backoff(turn, askFailures) })
}

export function onKeyTimer(turn: Turn): void {
  patch(turn, { askWaiting: false })
  if (freshKey(turn, turn.state.own.username) === undefined) askKey(turn, turn.state.own.username)
  advanceInbox(turn)
  pump(turn)
}

function takeOpening(turn: Turn, name: string): State['opening'] {
  const isIt = (open: { readonly name: string }): boolean => lower(open.name) === lower(name)
  const taken = turn.state.opening.filter(isIt)
  patch(turn, { opening: turn.state.opening.filter((open) => !isIt(open)) })
  return taken
}

function settleOpening(turn: Turn, name: string, registered: string | null): void {
  for (const { ticket, isShown } of takeOpening(turn, name)) {
    if (registered === null) effect(turn, { type: 'settle', ticket, error: 'no_such_user', value: '' })
    else if (isShown) showConversation(turn, ticket, registered)
    else commit(turn, [peerWrite(ensurePeer(turn, registered))], settle(ticket, registered))
  }
}

/** Makes the conversation appear in the list, and answers with its name. */
export function showConversation(turn: Turn, ticket: number, name: string): void {
  const there = ensurePeer(turn, name)
  // Whom somebody looks for by name is no stranger; who has asked already waits for an answer.
  const known = there.activeAt === 0 ? welcome(turn, there) : there
  const peer = setPeer(turn, { ...known, activeAt: known.activeAt === 0 ? turn.now : known.activeAt })
  commit(turn, [peerWrite(peer)], CONVERSATIONS, settle(ticket, peer.name))
}

/** People type names as they like; the conversation bears the name as registered. */
function respell(turn: Turn, registered: string): void {
  const peer = turn.state.peers.get(lower(registered))
  if (peer === undefined || peer.name === registered) return
  commit(turn, [peerWrite(setPeer(turn, { ...peer, name: registered }))], CONVERSATIONS)
}

function learnKey(turn: Turn, name: string, facts: KeyFacts): void {
  const peer = turn.state.peers.get(lower(name))
  if (peer === undefined) return
  const writes = adoptKey(turn, peer, facts, null)
  if (writes.length > 0) commit(turn, writes, notify({ kind: 'contact', name: peer.name }), messagesChanged(peer))
}
