import type { StoreLimits } from '../store.ts'
import type { Database } from './database.ts'

/** What the parts of the store work with. */
export interface Context {
  readonly db: Database
  readonly limits: StoreLimits
  /** This node's own mark, so that it doesn't hear of its own changes. */
  readonly node: string
}

/** Calls of different lanes run side by side; those of one lane keep their order. */
export const laneOf = (number: number, lanes: number): number => Math.abs(Math.trunc(number)) % lanes
