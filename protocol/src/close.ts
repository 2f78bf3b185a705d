/** Why the server closes a socket. Codes from 4000 are ours (RFC 6455 section 7.4.2). */
export const CLOSE = {
  restarting: { code: 1012, reason: 'The server is restarting. Connect again in a moment.' },
  stalled: { code: 1013, reason: 'This connection took nothing for too long. Connect again.' },
  bad_frame: { code: 4000, reason: 'A frame was not of the documented form.' },
  session_over: { code: 4001, reason: 'The session is over.' },
  replaced: { code: 4002, reason: 'The same device has connected anew.' },
  too_many: { code: 4003, reason: 'Too many frames. Connect again later.' },
} as const

export type CloseReason = keyof typeof CLOSE
