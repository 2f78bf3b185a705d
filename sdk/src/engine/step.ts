import { onRecalled } from './answer.ts'
import { onCall } from './calls.ts'
import type { Effect, Event } from './events.ts'
import { onSeenTimer } from './seen-tell.ts'
import { sweep } from './fading.ts'
import { goOn, goOnInMany, onGroupedTimer, onGroupEvent } from './grouped.ts'
import { onHeadTimer } from './heads.ts'
import { onCommitted, onFound, onRead, onUnwrapped, startBatch } from './inbox.ts'
import { onKeyTimer, onLookedUp } from './keys.ts'
import {
  onClosed,
  onConnectTimer,
  onBeat,
  onFrame,
  onNudge,
  onOpened,
  onSessionChecked,
  onStart,
  onStop,
} from './line.ts'
import { onRetryTimer, onSaved, onSealed, onStored } from './outbox.ts'
import type { State } from './state.ts'
import { onGapsTimer, onReceiptsTimer, onServiceTimer } from './tell.ts'
import type { Turn } from './turn.ts'

/**
 * The whole engine as one function: given what is known and what happened, what is known now and what is to be done. No promise,
 * no clock, no randomness of its own: the same events give the same effects, in a browser and in a simulation.
 *
 * Rules that its parts keep:
 * - Nothing is shown, sent or acknowledged before the commit that holds it (effects in its `after`).
 * - A failed commit ends this run: whoever drives it starts anew from what is on disk, as after a crash.
 * - Each composed message ends accepted, failed or discarded; each mailbox frame ends committed, or comes again.
 *
 * @param now the wall clock, Unix ms
 */
export function step(state: State, event: Event, now: number): { state: State; effects: readonly Effect[] } {
  const turn: Turn = { state, effects: [], now }
  if (state.line.phase !== 'stopped') handle(turn, event)
  return { state: turn.state, effects: turn.effects }
}

function handle(turn: Turn, event: Event): void {
  switch (event.type) {
    case 'start':
      sweep(turn, true)
      return onStart(turn)
    case 'nudge':
      return onNudge(turn)
    case 'stop':
      return onStop(turn)
    case 'opened':
    case 'frame':
    case 'closed':
    case 'session checked':
      return event.line === turn.state.line.number ? handleLine(turn, event) : undefined
    case 'timer':
      return handleTimer(turn, event.name)
    case 'looked up':
      return onLookedUp(turn, event)
    case 'saved':
      return onSaved(turn, event.id)
    case 'sealed':
      return onSealed(turn, event)
    case 'stored':
      return onStored(turn, event.id)
    case 'found':
      return onFound(turn, event.batch, event.found)
    case 'read':
      return onRead(turn, event.batch, event.opened)
    case 'unwrapped':
      return onUnwrapped(turn, event)
    case 'claimed':
    case 'begun':
    case 'proposed':
    case 'adopted':
    case 'stocked':
    case 'stepped':
    case 'handshake stored':
      return onGroupEvent(turn, event)
    case 'recalled':
      return onRecalled(turn, event)
    case 'committed':
      onCommitted(turn, event.batch)
      return goOnInMany(turn)
    case 'call':
      return onCall(turn, event.ticket, event.call)
  }
}

type LineEvent = Extract<Event, { readonly type: 'opened' | 'frame' | 'closed' | 'session checked' }>

function handleLine(turn: Turn, event: LineEvent): void {
  switch (event.type) {
    case 'opened':
      onOpened(turn)
      return goOn(turn)
    case 'frame':
      onFrame(turn, event.frame)
      // An own commit may have been answered: what waited for that goes on.
      return startBatch(turn)
    case 'closed':
      return onClosed(turn, event.code)
    case 'session checked':
      return onSessionChecked(turn, event.over)
  }
}

function handleTimer(turn: Turn, name: string): void {
  if (name === 'connect') return onConnectTimer(turn)
  if (name === 'beat') return onBeat(turn)
  if (name === 'ask') return onKeyTimer(turn)
  if (name === 'gaps') return onGapsTimer(turn)
  if (name === 'service') return onServiceTimer(turn)
  if (name === 'receipts') return onReceiptsTimer(turn)
  if (name === 'seen') return onSeenTimer(turn)
  if (name === 'fading') return sweep(turn, false)
  if (name.startsWith('head ')) return onHeadTimer(turn, name)
  if (onGroupedTimer(turn, name)) return undefined
  return onRetryTimer(turn, name)
}
