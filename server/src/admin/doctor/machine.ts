import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { timeText } from '../columns.ts'
import { bad, ok } from './finding.ts'
import type { Finding } from './finding.ts'

const NODE = 24
/** Clocks that are kept right still move a little. */
const TOLERANCE_MS = 60_000

export function checkNode(version: string = process.versions.node): Finding {
  const major = Number(version.split('.')[0])
  if (major >= NODE) return ok(`Node is ${version}.`)
  return bad(`Node is ${version}, but ${NODE} or newer is needed. Start by "npm start", which brings its own on Linux.`)
}

const changedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** When the database and this program were written last: the clock cannot stand before that. */
export const witnesses = (database: string): readonly number[] =>
  [database, `${database}-wal`, fileURLToPath(import.meta.url)].map(changedAt)

/** @param seen times (Unix ms) that have been already */
export function checkClock(now: number, seen: readonly number[]): Finding {
  const latest = Math.max(0, ...seen)
  if (now >= latest - TOLERANCE_MS) return ok(`The clock says ${timeText(now)}.`)
  return bad(
    `The clock says ${timeText(now)}, but something here was written at ${timeText(latest)}. Set the clock (timedatectl set-ntp true): messages and sessions end by it.`,
  )
}
