import { lookedAt, newClock } from './fading-clock.ts'
import type { FadingRow, LogicalKey, MessageLine, Write } from './rows.ts'
import { effect, lower, patch, patchMeta } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * Messages that disappear, and how long each still has. Own ones count from when the server took them, others' from when this device
 * was told that they were read.
 */

export const fadingKey = (key: LogicalKey): string => key.join(' ')

const setRow = (turn: Turn, row: FadingRow): Write => {
  patch(turn, { fading: new Map(turn.state.fading).set(fadingKey(row.key), row) })
  return { table: 'fading', key: row.key, value: row }
}

/** Looks at the time. The counters are the caller's to write. @param isStart the app was closed since the last look */
export function lookAtTime(turn: Turn, isStart = false): number {
  const { fading: clock } = turn.state.meta
  const fading = clock === undefined ? newClock(turn.now) : lookedAt(clock, turn.now, isStart)
  patchMeta(turn, { fading })
  return fading.lived
}

/** A message has come, or was accepted, at that place. */
export function startFading(turn: Turn, key: LogicalKey, line: MessageLine): readonly Write[] {
  const { life, own, id, sender, link } = line
  if (life === undefined) return []
  const ends = own ? lookAtTime(turn) + life * 1000 : null
  return [setRow(turn, { key, sender: lower(sender), id, own, life, ends, ...(link === undefined ? {} : { link }) })]
}

/** Somebody has seen this conversation to its end. */
export function beginFading(turn: Turn, number: number): readonly Write[] {
  const unread = [...turn.state.fading.values()].filter(({ key, ends }) => key[0] === number && ends === null)
  if (unread.length === 0) return []
  const lived = lookAtTime(turn)
  return unread.map((row) => setRow(turn, { ...row, ends: lived + row.life * 1000 }))
}

/** It was taken away before its time. */
export function stopFading(turn: Turn, key: LogicalKey): readonly Write[] {
  if (!turn.state.fading.has(fadingKey(key))) return []
  const fading = new Map(turn.state.fading)
  fading.delete(fadingKey(key))
  patch(turn, { fading })
  return [{ table: 'fading', key, value: null }]
}

const LOOK_MS = 60_000

/** Looks again in a minute, or when the next one ends. */
export function armFading(turn: Turn): void {
  const ends = [...turn.state.fading.values()].flatMap((row) => row.ends ?? [])
  if (ends.length === 0) return
  const next = ends.reduce((a, b) => Math.min(a, b)) - (turn.state.meta.fading?.lived ?? 0)
  effect(turn, { type: 'timer', name: 'fading', ms: Math.min(LOOK_MS, Math.max(0, next)) })
}
