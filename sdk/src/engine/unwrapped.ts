import type { Info } from './many/info.ts'
import type { SealedLink, Member } from './rows.ts'

/** What the outside of a group's message says about it, where the server could read it: nothing that it does not know already. */
export interface Hint {
  /** The lower-case name of whom it is for; empty: a group of many, whose name stays inside. */
  readonly to: string
  readonly chain: string
  readonly n: number
}

/** What a message within a group says. */
export interface InGroup {
  readonly id: string
  readonly at: number
  readonly link: SealedLink | null
  readonly body: { readonly type: string; readonly text?: unknown }
}

/** What a handshake says that a group of many is from then on, and the account that says so. */
export interface InMany {
  readonly info: Info
  readonly by: string
}

/** What became of one frame of a group. */
export type Unwrapped =
  /** `inside` null: not of the form that is spoken. */
  | { readonly kind: 'message'; readonly group: string; readonly from: Member; readonly inside: InGroup | null }
  | {
      readonly kind: 'joined'
      readonly group: string
      readonly epoch: number
      readonly members: readonly Member[]
      /** By account: the public key that has signed for its devices. */
      readonly keys: Readonly<Record<string, string>>
      /** The account that the conversation is with, in lower case; empty: a group of many. */
      readonly other: string
      readonly many?: InMany
    }
  | {
      readonly kind: 'moved'
      readonly group: string
      readonly epoch: number
      readonly members: readonly Member[]
      /** Of accounts that came in: as `keys` of `joined`. */
      readonly keys?: Readonly<Record<string, string>>
      readonly many?: InMany
    }
  /** This device is not in it any more. `by`: the account that has put it out. `conversation`: of many, the group's id. */
  | { readonly kind: 'out'; readonly group: string; readonly by: string; readonly conversation?: string }
  /** Of many: somebody did what they may not, or (`isStale`) did not know yet what this device knows. Nothing of it was taken over. */
  | {
      readonly kind: 'refused'
      readonly group: string
      readonly conversation: string
      readonly by: string
      readonly isStale: boolean
    }
  /** Known already, not for this device, or against the rules. */
  | { readonly kind: 'nothing' }
  /** Its key is gone, since what was said after it came before it. */
  | { readonly kind: 'late'; readonly group: string; readonly hint: Hint }
  /** A message that this device cannot open, now or ever. `hasNone`: it has no groups at all, so it can begin none in its place. */
  | { readonly kind: 'unreadable'; readonly group: string; readonly hint: Hint; readonly hasNone?: true }
  /** Not of a group's form at all. */
  | { readonly kind: 'malformed' }

/** Why the frames behind the last that was taken in were left: keys are missing, or an own commit has not been answered. */
export type Halt =
  | { readonly kind: 'wants'; readonly accounts: readonly string[] }
  | { readonly kind: 'awaits'; readonly group: string }

/** Begins all that travels of groups (`group-text.ts`). */
export const PREFIX = 'mls1:'

export const isGroupText = (text: string): boolean => text.startsWith(PREFIX)
