import { CLOSE } from '@chatnip/protocol'
import type { ServerFrame } from '@chatnip/protocol'
import { dropLine, hangUp, setPhase, signOut } from './hangup.ts'
import { onMailboxFrame } from './inbox.ts'
import { askKey } from './lookups.ts'
import { onRefused, onSent, pump } from './outbox.ts'
import { groupPart } from './part.ts'
import { lookAfterStock, stockSoon } from './stock.ts'
import { armSeen } from './seen-tell.ts'
import { tellAnew } from './tell.ts'
import { backoff, effect, patch, patchLine } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * The line to the server: connect, notice silence, come back. Silence is counted in ticks of a timer, not by the clock, so that a
 * clock that jumps neither cuts a good line nor keeps a dead one: after 15 to 20 s a ping, after 25 to 30 s a new line. A line that does not
 * open in that time is given up too: the network may have died between the connection and the server's answer, and then nobody says so.
 */
const TICK_MS = 5_000
const PING_AFTER = 3
const DEAD_AFTER = 5
/** Another line of the same device took over: coming back at once would only start a quarrel between the two. */
const REPLACED_MS = 30_000

export const onStart = (turn: Turn): void => connect(turn)

export function onNudge(turn: Turn): void {
  const { phase } = turn.state.line
  if (phase === 'waiting' || phase === 'signed out') {
    patchLine(turn, { failures: 0 })
    connect(turn)
  }
  if (phase !== 'online') return
  // A device may have come or gone.
  stockSoon(turn)
  lookAfterStock(turn)
}

export function onStop(turn: Turn): void {
  hangUp(turn)
  effect(turn, { type: 'cancel timer', name: 'connect' })
  setPhase(turn, 'stopped')
}

function connect(turn: Turn): void {
  effect(turn, { type: 'cancel timer', name: 'connect' })
  patchLine(turn, { number: turn.state.line.number + 1, silent: 0 })
  setPhase(turn, 'connecting')
  effect(turn, { type: 'timer', name: 'beat', ms: TICK_MS })
  effect(turn, { type: 'connect', line: turn.state.line.number })
}

export const onConnectTimer = (turn: Turn): void => {
  if (turn.state.line.phase === 'waiting') connect(turn)
}

export function onOpened(turn: Turn): void {
  patchLine(turn, { failures: 0, silent: 0, cursorAtOpen: turn.state.meta.cursor })
  setPhase(turn, 'online')
  effect(turn, { type: 'timer', name: 'beat', ms: TICK_MS })
  // Keys may have changed while nobody looked: all are asked for again before they are used, one's own first.
  patch(turn, { askFailures: 0, askWaiting: false })
  askKey(turn, turn.state.own.username)
  tellAnew(turn)
  stockSoon(turn)
  groupPart()?.resumeAfresh(turn)
  armSeen(turn)
  pump(turn)
}

export function onClosed(turn: Turn, code: number | null): void {
  const opened = turn.state.line.phase === 'online'
  if (code === CLOSE.session_over.code) return signOut(turn)
  dropLine(turn, code === CLOSE.bad_frame.code)
  if (!opened) effect(turn, { type: 'check session', line: turn.state.line.number })
  comeBack(turn, code === CLOSE.replaced.code ? REPLACED_MS : 0)
}

/** The browser hides why a socket did not open; an ordinary call tells whether it was for want of a session. */
export const onSessionChecked = (turn: Turn, over: boolean): void => {
  if (over && turn.state.line.phase === 'waiting') signOut(turn)
}

function comeBack(turn: Turn, atLeast: number): void {
  const { failures } = turn.state.line
  patchLine(turn, { failures: failures + 1 })
  setPhase(turn, 'waiting')
  effect(turn, { type: 'timer', name: 'connect', ms: atLeast + backoff(turn, failures) })
}

export function onBeat(turn: Turn): void {
  const { phase } = turn.state.line
  if (phase !== 'online' && phase !== 'connecting') return
  const silent = turn.state.line.silent + 1
  if (silent >= DEAD_AFTER) {
    hangUp(turn)
    return comeBack(turn, 0)
  }
  if (silent === PING_AFTER && phase === 'online') send(turn, { type: 'ping' })
  patchLine(turn, { silent })
  effect(turn, { type: 'timer', name: 'beat', ms: TICK_MS })
}

const send = (turn: Turn, frame: { readonly type: 'ping' }): void =>
  effect(turn, { type: 'send', line: turn.state.line.number, frame })

export function onFrame(turn: Turn, frame: ServerFrame): void {
  if (turn.state.line.silent > 0) patchLine(turn, { silent: 0 })
  switch (frame.type) {
    case 'message':
    case 'expired':
      return onMailboxFrame(turn, frame)
    case 'sent':
      return onSent(turn, frame)
    case 'refused':
      return frame.code === 'not_signed_in' ? signOut(turn) : onRefused(turn, frame)
    case 'empty':
    case 'pong':
      return undefined
  }
}
