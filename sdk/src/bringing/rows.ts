import type { BringingRow, Write } from '../engine/rows.ts'
import type { Place } from '../messenger.ts'
import type { PartLink } from './words.ts'

/** What lies on disk of a history that is brought from one device of an account to another, on either side. */

/** On the new device. There is one at most. */
export interface WantRow extends BringingRow {
  readonly role: 'want'
  readonly request: string
  /** Unix ms; null: everything. */
  readonly since: number | null
  readonly stage: 'asking' | 'getting' | 'done' | 'failed' | 'stopped'
  readonly reason: 'no other device' | 'no room' | 'damaged' | null
  /** The server has what is to be said next. */
  readonly said: boolean
  /** The best offer so far. */
  readonly best: { readonly from: string; readonly count: number } | null
  /** Who gives, and the number of the part that is wanted next. */
  readonly from: string | null
  readonly next: number
  /** It was told where that lies. */
  readonly part: PartLink | null
  /** How often that part could not be had. */
  readonly tries: number
  readonly brought: number
  readonly of: number | null
  /** When it last went on, Unix ms. */
  readonly movedAt: number
}

/** On a device that has the history; one for each request. */
export interface GiveRow extends BringingRow {
  readonly role: 'give'
  readonly request: string
  /** The device that is to have it. */
  readonly to: string
  readonly since: number | null
  /** Only what stands before the question: what came after it, the new device has itself. */
  readonly upto: Place
  readonly stage: 'offered' | 'giving'
  readonly said: boolean
  readonly next: number
  /** Where the next part begins; null: at the beginning. */
  readonly at: Cursor | null
  readonly part: GivenPart | null
  /** A blob that nobody needs any more. */
  readonly old: string | null
}

/** In the conversation of that number, before that place; null: at its end. */
export interface Cursor {
  readonly number: number
  readonly before: Place | null
}

/** `size` null: it is not on the server yet. `onward`: where the one after it begins. */
export interface GivenPart {
  readonly n: number
  readonly blob: string
  readonly key: string
  readonly size: number | null
  readonly last: boolean
  readonly onward: Cursor | null
}

export const isWant = (row: BringingRow): row is WantRow => row.role === 'want'
export const isGive = (row: BringingRow): row is GiveRow => row.role === 'give'

export const wantWrite = (value: WantRow | null): Write => ({ table: 'bringing', key: ['want'], value })
export const giveWrite = (request: string, value: GiveRow | null): Write => ({
  table: 'bringing',
  key: ['give', request],
  value,
})
