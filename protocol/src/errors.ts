/**
 * The catalogue of everything that Chatnip's server says no with. A code is stable for ever; a sentence may be reworded.
 * `status` is the HTTP status; a socket's `refused` frame carries the same code and sentence.
 */
export const ERRORS = {
  bad_request: { status: 400, message: 'That request is not of the form that the documentation at /docs describes.' },
  maybe_bot: { status: 400, message: 'You may be a bot! Please answer the question, or try again with a fresh one.' },
  proof_invalid: {
    status: 400,
    message: 'That proof of work is wrong, too old or already used. Ask get_challenge for a new one.',
  },
  image_invalid: {
    status: 400,
    message: 'That is not a picture that can be read. Send a PNG, JPEG, WebP or GIF file.',
  },
  not_signed_in: {
    status: 401,
    message: 'Your session is over, or it is not yours. Call authenticate to begin a new one.',
  },
  wrong_login: { status: 401, message: 'Wrong username or password.' },
  wrong_password: { status: 401, message: 'Wrong password.' },
  wrong_recovery: { status: 401, message: 'Wrong username or recovery code.' },
  not_allowed: { status: 403, message: 'This session may not do that.' },
  cross_site: { status: 403, message: 'Requests from other websites are refused. Open Chatnip itself.' },
  account_disabled: {
    status: 403,
    message: 'This account has been switched off by the people who run this server. Please ask them.',
  },
  signup_closed: { status: 403, message: 'This server takes no new accounts.' },
  invite_required: {
    status: 403,
    message: 'This server takes new accounts by invitation. Ask somebody who runs it for an invite.',
  },
  invite_invalid: { status: 403, message: 'That invite is unknown, used up or too old. Ask for a new one.' },
  no_such_user: { status: 404, message: 'There is nobody of that name here. Check the spelling.' },
  not_found: { status: 404, message: 'There is nothing here. The list of what there is stands at /docs.' },
  name_taken: { status: 409, message: 'That username is already taken. Please choose another.' },
  id_reused: {
    status: 409,
    message: 'A different message was already sent with this id. Make a new id for each message.',
  },
  epoch_passed: {
    status: 409,
    message: 'The group is in another epoch. Process the commit that won, and send this anew.',
  },
  too_many_key_packages: {
    status: 409,
    message: 'This device has as many key packages waiting as it may have. Upload more when some have been claimed.',
  },
  quota_full: {
    status: 409,
    message: 'This account has stored as much as it may. Delete something, or wait until something ends.',
  },
  too_large: { status: 413, message: 'That is too large. The limits stand at /docs.' },
  media_type: {
    status: 415,
    message:
      'Send JSON with the header Content-Type: application/json (pictures and parts of blobs: multipart/form-data).',
  },
  too_many: { status: 429, message: 'Too many requests. Wait as long as the Retry-After header says, then try again.' },
  too_many_devices: {
    status: 409,
    message: 'This account has as many devices as it may have. Remove one in the settings first.',
  },
  group_full: {
    status: 409,
    message: 'A group holds at most 200 devices and 200 people.',
  },
  mailbox_full: {
    status: 429,
    message: 'The mailbox of the person you are writing to is full. Try again later; your message was not taken.',
  },
  unavailable: {
    status: 503,
    message: 'The server cannot do that at this moment. Nothing was lost; try again shortly.',
  },
  disk_full: {
    status: 507,
    message: 'The server has no room to store this at the moment. Keep it and try again later.',
  },
} as const satisfies Record<string, { status: number; message: string }>

export type ErrorCode = keyof typeof ERRORS

/** The body of an error for a client that sends `Accept: application/json`. */
export interface ErrorBody {
  /** `epoch`: the group's, with `epoch_passed`. */
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly epoch?: number }
}

/** Thrown by the server's parts and by the sdk alike: one refusal of the catalogue. */
export class ChatnipError extends Error {
  readonly code: ErrorCode
  /** Seconds to wait before trying again, where waiting helps. */
  readonly retryAfter: number | undefined
  /** Of `epoch_passed`: the epoch in which the group is. */
  readonly epoch: number | undefined

  /**
   * @param code the catalogue's code; status and sentence follow from it
   * @param options `retryAfter` in seconds; `epoch` of a group; `message` replaces the catalogue's sentence by a more exact one;
   * `cause` for the log
   */
  constructor(
    code: ErrorCode,
    options: { retryAfter?: number; epoch?: number; message?: string; cause?: unknown } = {},
  ) {
    super(options.message ?? ERRORS[code].message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'ChatnipError'
    this.code = code
    this.retryAfter = options.retryAfter
    this.epoch = options.epoch
  }
}
