/** Everything that must never happen. The target of every test is an empty list of these. */
export type Violation =
  /** Accepted, or acknowledged by this very device, and not shown there. */
  | { readonly kind: 'lost'; readonly message: string; readonly device: string }
  | { readonly kind: 'shown twice'; readonly message: string; readonly device: string }
  | { readonly kind: 'announced twice'; readonly message: string; readonly device: string }
  /** One device shows `first` before `second`, the other (or the same one at another time) the other way round. */
  | {
      readonly kind: 'order differs'
      readonly first: string
      readonly second: string
      readonly devices: readonly [string, string]
    }
  /** Two devices show something else of one message: another text, or other reactions. */
  | { readonly kind: 'content differs'; readonly message: string; readonly devices: readonly [string, string] }
  /** `first` was composed before `second` on the same device. */
  | { readonly kind: 'sender order'; readonly first: string; readonly second: string; readonly device: string }
  | { readonly kind: 'gap not marked'; readonly device: string; readonly missing: number; readonly marked: number }
  /** Swallowed by the server, and neither its reader nor its writer is told that it did not come. */
  | { readonly kind: 'loss not told'; readonly message: string; readonly device: string }
  /** A device said that messages are missing, and none was; or says so still, after all have come. */
  | { readonly kind: 'false notice'; readonly device: string; readonly conversation: string }
  /** A device told a sender that it has something, and did not have it on disk. */
  | { readonly kind: 'told too early'; readonly device: string }
  /** A device gave a message again for another key than the first time. */
  | { readonly kind: 'given away'; readonly message: string; readonly device: string }
  /** A group's message that was sealed for this device too, and could not be opened there. */
  | { readonly kind: 'locked out'; readonly message: string; readonly device: string }
  | { readonly kind: 'unreadable'; readonly message: string; readonly device: string }
  /** Composed, and in the end neither accepted nor failed, expired or discarded. */
  | { readonly kind: 'no end'; readonly message: string }
  /** Its sender was told that it failed, and somebody shows it. */
  | { readonly kind: 'failed but delivered'; readonly message: string; readonly device: string }
  /** Shown, and nobody composed it; or in a conversation, or on a device, that it was not for. */
  | { readonly kind: 'not meant'; readonly message: string; readonly device: string }
  | { readonly kind: 'no dedup record'; readonly message: string }
  | { readonly kind: 'dedup record twice'; readonly message: string }
  | { readonly kind: 'place gap'; readonly mailbox: number; readonly seq: number }
  | { readonly kind: 'wrong count'; readonly mailbox: number; readonly counted: number; readonly entries: number }
  | { readonly kind: 'stored twice'; readonly mailbox: number; readonly message: string }
  | { readonly kind: 'mailboxes differ'; readonly first: string; readonly second: string }
  | { readonly kind: 'text missing'; readonly mailbox: number; readonly seq: number }
  | { readonly kind: 'wrong holders'; readonly text: number; readonly holders: number; readonly entries: number }

/** One line for people: the kind, then what it is about. */
export const tell = ({ kind, ...about }: Violation): string =>
  `${kind}: ${Object.entries(about)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')}`
