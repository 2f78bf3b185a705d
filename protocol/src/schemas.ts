import { Type } from 'typebox'
import type { Static, TSchema } from 'typebox'
import { LIMITS } from './limits.ts'

/** Shapes that several endpoints and frames share. JSON Schema 2020-12, made with TypeBox. */

export const USERNAME_PATTERN = '^[A-Za-z0-9._-]{1,32}$'
export const SESSION_ID_PATTERN = '^[A-Za-z0-9]{32}$'
export const MESSAGE_ID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'

export const Username = Type.String({
  pattern: USERNAME_PATTERN,
  maxLength: LIMITS.usernameCharacters,
  description: 'Letters, digits, dot, underscore, hyphen; at most 32. Compared without case.',
})
export const Password = Type.String({
  minLength: 1,
  maxLength: LIMITS.passwordCharacters,
  description: 'Whatever the client chose as its password for this server; never shortened or changed.',
})
/** Length is counted in bytes by the server as well: JSON Schema can only count characters. */
export const PublicKey = Type.String({
  minLength: 1,
  maxLength: LIMITS.publicKeyBytes,
  pattern: '^[\\x20-\\x7E\\r\\n\\t]*$',
  description: 'Opaque printable ASCII text, at most 16 KiB. Our own clients put a JWK Set here.',
})
export const MessageText = Type.String({
  maxLength: LIMITS.messageTextBytes,
  description: 'Opaque text, any Unicode, at most 64 KiB of UTF-8. Our own clients put an envelope (JWE) here.',
})
export const Timestamp = Type.Number({
  minimum: 0,
  maximum: 253_402_300_799,
  description: "The sender's clock, Unix seconds.",
})
export const SessionId = Type.String({ pattern: SESSION_ID_PATTERN, description: '32 letters and digits.' })
export const MessageId = Type.String({
  pattern: MESSAGE_ID_PATTERN,
  description: 'A UUID in lower case, made by the sender, unique for each of its messages for ever.',
})
export const Seq = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "Place in a device's mailbox; the first message has 1.",
})
export const DeviceName = Type.String({
  minLength: 1,
  maxLength: LIMITS.deviceNameCharacters,
  description: 'What people call it: "Firefox on the laptop".',
})
export const DeviceId = Type.String({ pattern: SESSION_ID_PATTERN, description: '32 letters and digits.' })
const Opaque = Type.String({ minLength: 1, maxLength: LIMITS.wrappedKeyBytes })
export const RecoveryProof = Type.String({
  minLength: 16,
  maxLength: 128,
  description: 'A secret derived from the recovery code. The server keeps its hash and asks for it in recover_account.',
})
export const WrappedKeys = Type.Object(
  { by_password: Opaque, by_recovery: Type.Optional(Opaque), recovery_proof: Type.Optional(RecoveryProof) },
  {
    additionalProperties: false,
    dependentRequired: { by_recovery: ['recovery_proof'], recovery_proof: ['by_recovery'] },
    description:
      'The private keys, encrypted on the device once under the password and once under the recovery code; the server can open ' +
      'neither. Without the two recovery fields the stored recovery copy stays, unless the public key changes: then it goes.',
  },
)
export const Message = Type.Object({ sendername: Username, message_text: MessageText, timestamp: Timestamp })
export const MailboxItem = Type.Union([
  Type.Object({
    kind: Type.Literal('message'),
    seq: Seq,
    id: MessageId,
    sendername: Username,
    message_text: MessageText,
    timestamp: Timestamp,
  }),
  Type.Object({ kind: Type.Literal('expired'), seq: Seq, id: MessageId, destname: Username }),
])
export const Addressed = Type.Object({ username: Username, message_text: MessageText }, { additionalProperties: false })

export type MailboxItem = Static<typeof MailboxItem>
export type WrappedKeys = Static<typeof WrappedKeys>
export type Addressed = Static<typeof Addressed>

/** A request's body. Unknown fields are refused, so that a typing mistake is told and not ignored. */
export const request = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false })

/**
 * The body of a request that needs a session. `session_id` may come here, as the cookie, or as `Authorization: Bearer`;
 * a `username` that is named must own the session.
 */
export const sessionRequest = <P extends Record<string, TSchema>>(properties: P) =>
  request({ ...properties, username: Type.Optional(Username), session_id: Type.Optional(SessionId) })
