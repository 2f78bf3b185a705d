import type { KeyFacts } from './rows.ts'
import { effect, lower, patch } from './turn.ts'
import type { Turn } from './turn.ts'

/** A key is asked for again when it was last seen on an earlier line or longer ago than this. */
const FRESH_MS = 3_600_000

/** Asks for somebody's key, unless that is under way or it is not the time for it. */
export function askKey(turn: Turn, name: string): void {
  const { keys, line, askWaiting } = turn.state
  if (keys.get(lower(name))?.phase === 'asking' || askWaiting || line.phase !== 'online') return
  patch(turn, { keys: new Map(keys).set(lower(name), { phase: 'asking' }) })
  effect(turn, { type: 'look up', name, line: line.number })
}

/** What the server said of that name on this line, not long ago. Undefined: ask. Null: there is nobody of that name. */
export function freshKey(turn: Turn, name: string): KeyFacts | null | undefined {
  const asked = turn.state.keys.get(lower(name))
  const isOfNow = asked?.phase === 'answered' && asked.line === turn.state.line.number
  return isOfNow ? recentKey(turn, name) : undefined
}

/** The same on whatever line: for groups of many, where asking for everybody on each line would be a flood. */
export function recentKey(turn: Turn, name: string): KeyFacts | null | undefined {
  const asked = turn.state.keys.get(lower(name))
  if (asked?.phase !== 'answered') return undefined
  const age = turn.now - asked.at
  return age >= 0 && age < FRESH_MS ? asked.facts : undefined
}
