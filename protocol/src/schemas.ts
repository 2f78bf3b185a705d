import { Type } from 'typebox'
import type { Static, TSchema } from 'typebox'
import { LIMITS } from './limits.ts'
import {
  BLOB_ID_PATTERN,
  GROUP_ID_PATTERN,
  MESSAGE_ID_PATTERN,
  SESSION_ID_PATTERN,
  USERNAME_PATTERN,
} from './patterns.ts'

/** Shapes that several endpoints and frames share. JSON Schema 2020-12, made with TypeBox. */

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
/** What lies in a mailbox: a message, or a conversation's commit or welcome, which may be larger. */
const AnyText = Type.String({
  maxLength: LIMITS.handshakeBytes,
  description: 'Opaque text as it was sent: at most 64 KiB, or 1 MiB of a commit.',
})
const SENT_TEXT = 'Opaque text, at most 64 KiB of UTF-8; with `group.commit` also printable ASCII of at most 1 MiB.'
const sentText = (description: string) => Type.String({ maxLength: LIMITS.handshakeBytes, description })
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
export const Message = Type.Object({ sendername: Username, message_text: AnyText, timestamp: Timestamp })
export const MailboxItem = Type.Union([
  Type.Object({
    kind: Type.Literal('message'),
    seq: Seq,
    id: MessageId,
    sendername: Username,
    message_text: AnyText,
    timestamp: Timestamp,
  }),
  Type.Object({ kind: Type.Literal('expired'), seq: Seq, id: MessageId, destname: Username }),
])
/** Without a `message_text` of its own an account gets the `text` of the message. */
export const Addressed = Type.Object(
  { username: Username, message_text: Type.Optional(sentText(SENT_TEXT)) },
  { additionalProperties: false },
)
export const Group = Type.Object(
  {
    id: Type.String({
      minLength: 22,
      maxLength: 22,
      pattern: GROUP_ID_PATTERN,
      description: '128 random bits, base64url without padding.',
    }),
    epoch: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER - 1,
      description: 'The epoch in which it was made.',
    }),
    commit: Type.Optional(Type.Literal(true, { description: 'It ends that epoch, if it is the first to.' })),
  },
  {
    additionalProperties: false,
    description:
      'Refused as `epoch_passed` when the group is in another epoch. With `commit` the group is in the next one from then on.',
  },
)
/** The parts of a message to several accounts, the same on the socket and in send_message. */
export const OUTGOING = {
  id: MessageId,
  timestamp: Timestamp,
  /** Each account once. The sender's own name addresses the sender's other devices. */
  to: Type.Array(Addressed, { minItems: 1, maxItems: LIMITS.addresseesPerMessage }),
  text: Type.Optional(sentText(`For all in \`to\` who have no message_text of their own. ${SENT_TEXT}`)),
  group: Type.Optional(Group),
  expires_in: Type.Optional(
    Type.Integer({
      minimum: LIMITS.expirySeconds,
      maximum: LIMITS.retentionDays * 86_400,
      description: 'Seconds after which the server forgets it, fetched or not, and tells nobody.',
    }),
  ),
  quiet: Type.Optional(
    Type.Literal(true, {
      description:
        'Nobody needs to be woken for it: a receipt, an act. It waits like any other and is never pushed for.',
    }),
  ),
}
export const KeyPackage = Type.String({
  minLength: 1,
  maxLength: LIMITS.keyPackageBytes,
  pattern: '^[\\x21-\\x7E]*$',
  description: 'Opaque printable ASCII without spaces, at most 16 KiB.',
})
export const BlobId = Type.String({
  minLength: 43,
  maxLength: 43,
  pattern: BLOB_ID_PATTERN,
  description: '256 random bits, base64url without padding, made by whoever uploads. Who knows it may fetch the blob.',
})
/** A reply that is no JSON: the bytes as they are. */
export const Bytes = Type.Unsafe<Uint8Array>({ type: 'string', format: 'binary' })

export type MailboxItem = Static<typeof MailboxItem>
export type WrappedKeys = Static<typeof WrappedKeys>
export type Addressed = Static<typeof Addressed>
export type Group = Static<typeof Group>

/** A request's body. Unknown fields are refused, so that a typing mistake is told and not ignored. */
export const request = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false })

/**
 * The body of a request that needs a session. `session_id` may come here, as the cookie, or as `Authorization: Bearer`;
 * a `username` that is named must own the session.
 */
export const sessionRequest = <P extends Record<string, TSchema>>(properties: P) =>
  request({ ...properties, username: Type.Optional(Username), session_id: Type.Optional(SessionId) })
