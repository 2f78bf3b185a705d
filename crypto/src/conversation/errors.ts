/** Why a conversation says no. The code is stable; the sentence is for logs and developers, people read the app's own words. */
const REASONS = {
  unreadable: 'These bytes are not of the form that a conversation speaks.',
  version_unknown: 'This was written by a newer version of Chatnip.',
  other_conversation: 'This belongs to another conversation.',
  epoch_past: 'This belongs to an epoch that is over.',
  epoch_ahead: 'This belongs to an epoch that this device has not reached: a commit is missing.',
  already_read: 'This message was read already, or left out; its key is gone.',
  own_message: 'This device made it itself.',
  forged: 'A signature, a tag or the encryption is wrong.',
  not_vouched: 'The pinned key of that account did not sign for that device.',
  not_pinned: 'No key is pinned for an account of this conversation.',
  not_allowed: 'That change is against the rules of a conversation.',
  not_a_member: 'That device is not in this conversation.',
  already_member: 'That device is in this conversation already.',
  too_many_devices: 'A conversation holds at most 200 devices.',
  too_large: 'That is more than one message may hold.',
  expired: 'That key package is not valid at this time.',
  not_for_us: 'That welcome is not for this key package.',
  damaged: 'The saved bytes are damaged, or were saved under another key or for another place.',
  library_uncorrected: 'The MLS library is not the corrected one. Run `node scripts/correct-mls.ts`.',
} as const

export type ConversationErrorCode = keyof typeof REASONS

/** The only error that this folder throws for anything that comes from outside. */
export class ConversationError extends Error {
  readonly code: ConversationErrorCode
  /** For `not_pinned`: the accounts whose keys are wanted. For `not_vouched`: the account. Otherwise empty. */
  readonly accounts: readonly string[]

  constructor(code: ConversationErrorCode, options: { accounts?: readonly string[]; cause?: unknown } = {}) {
    super(REASONS[code], options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'ConversationError'
    this.code = code
    this.accounts = options.accounts ?? []
  }
}
