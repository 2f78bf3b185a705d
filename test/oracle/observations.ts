/**
 * What a test of delivery writes down while it runs, be it a simulation, real processes or browsers. Messages are named by their id, which
 * the test keeps unique; devices and conversations by any name that the test keeps unique. The order of the list is the order of events.
 */
export type Observation =
  | { readonly what: 'joined'; readonly device: string; readonly account: string }
  /** Removed or thrown away for good: nothing is due to it any more. */
  | { readonly what: 'left'; readonly device: string }
  /** The device has promised its person to keep it. `accounts`: all who are to see it, the sender's own included. */
  | {
      readonly what: 'composed'
      readonly message: string
      readonly device: string
      readonly conversation: string
      readonly accounts: readonly string[]
    }
  /** The server said so to the sending device. */
  | { readonly what: 'accepted'; readonly message: string }
  /** The sender's device has told its person that this message goes no further. */
  | { readonly what: 'ended'; readonly message: string; readonly how: 'failed' | 'expired' | 'discarded' }
  /** A device acknowledged it: from here on the server may forget it. */
  | { readonly what: 'stored'; readonly message: string; readonly device: string }
  /** A device announced it as new to its person. */
  | { readonly what: 'announced'; readonly message: string; readonly device: string }
  /** A conversation as a device shows it: everything that has its place, in order. What still waits in the outbox is not in it. */
  | {
      readonly what: 'view'
      readonly device: string
      readonly conversation: string
      readonly lines: readonly ViewLine[]
      /** How many messages the notices in it say are missing. Absent: none. */
      readonly missing?: number
    }
  /** A device wrote down that messages are missing in a conversation, however soon it takes that back. */
  | { readonly what: 'noted'; readonly device: string; readonly conversation: string }
  /** It came, and the device could not tell that it is from whom it claims: counted as missing until it is given again. */
  | { readonly what: 'doubted'; readonly message: string; readonly device: string; readonly conversation?: string }
  /** It came, sealed in a group for this device too, and the device could not open it. */
  | { readonly what: 'locked out'; readonly message: string; readonly device: string }
  /** A device tells a sender that it has something which is not on its disk. */
  | { readonly what: 'told too early'; readonly device: string }
  /** A device gives a message again for another key than the first time. */
  | { readonly what: 'given away'; readonly message: string; readonly device: string }
  /** A lying server did not hand this message to the device when its turn had come. */
  | { readonly what: 'withheld'; readonly message: string; readonly device: string }
  /** A device was handed the place `seq` of its mailbox. `run` differs when the mailbox is counted anew. */
  | { readonly what: 'handed'; readonly device: string; readonly run: number; readonly seq: number }
  /** How many places the device says that it never got, over all. */
  | { readonly what: 'marked'; readonly device: string; readonly missing: number }
  /** The people who run the server put an older copy back; this message was not in it, and nobody can be blamed for its loss. */
  | { readonly what: 'rolled back'; readonly message: string }

export type ViewLine =
  /** `content`: what is shown of it, in one text, where that can change. `isStored`: an own message of which the device says that it has reached a device of the addressee. */
  | { readonly kind: 'message'; readonly message: string; readonly isStored?: boolean; readonly content?: string }
  /** Known to be there, and cannot be opened, or is not from whom it claims. */
  | { readonly kind: 'unreadable'; readonly message: string }

/** What lies in the server's database in the end. */
export interface ServerTables {
  /** Ids of the dedup records, in any order. */
  readonly dedup: readonly string[]
  readonly mailboxes: readonly MailboxTable[]
  readonly texts: readonly {
    readonly text: number
    readonly message: string
    readonly holders: number
  }[]
}

export interface MailboxTable {
  readonly mailbox: number
  readonly lastSeq: number
  /** How many the mailbox's own counter says are in it. */
  readonly counted: number
  readonly entries: readonly { readonly seq: number; readonly text: number }[]
}
