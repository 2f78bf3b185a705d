/**
 * How server nodes wake each other. A hint, never the truth: what counts lies in the store, and a lost hint only delays.
 * Implementations pass the contract suite in `contract.ts`.
 */
export interface Bus {
  /** "Mailbox has something up to `seq`." Of several in short succession the newest alone may arrive. */
  wake(mailbox: number, seq: number): void
  /** Hears the wake-ups of one mailbox until the returned function is called. */
  onWake(mailbox: number, listener: (seq: number) => void): () => void
  /**
   * Tells every node that sessions of this account may have ended, or that a device connected anew elsewhere.
   * @param isTrue whether it still is, where telling it takes more than one try
   */
  tell(notice: Notice, isTrue?: () => boolean): void
  onNotice(listener: (notice: Notice) => void): () => void
  /** Whether anything gets through now; not there where nothing could be away. Hints are lost meanwhile, and nothing else. */
  isThere?(): boolean
  close(): Promise<void>
}

export type Notice =
  | { readonly kind: 'sessions changed'; readonly account: number }
  /** `order`: of two connections of a device the one with the greater is the newer one. Without it there is one node alone. */
  | {
      readonly kind: 'device connected'
      readonly mailbox: number
      readonly connection: string
      readonly order?: number
    }
  /** Tokens taken from shared rates by the node `by` (limits/shared.ts): rate, hash of the key, how many. */
  | {
      readonly kind: 'taken'
      readonly by: string
      readonly takings: readonly (readonly [rate: string, key: string, count: number])[]
    }
