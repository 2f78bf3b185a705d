import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { LIMITS } from '../limits.ts'
import {
  DeviceId,
  DeviceName,
  MailboxItem,
  Message,
  MessageId,
  MessageText,
  Password,
  PublicKey,
  request,
  Seq,
  SessionId,
  sessionRequest,
  Timestamp,
  Username,
  WrappedKeys,
} from '../schemas.ts'

const OK = Type.Literal('OK')

/** The eleven endpoints that scripts written for the original speak. Optional fields are new; nothing old is missing. */
export const ORIGINAL = {
  create_user: endpoint({
    summary:
      'Make an account. Proves by a question, a proof of work, or an invite that no machine is signing up in bulk.',
    group: 'accounts',
    caller: 'anyone',
    methods: ['POST'],
    body: 'json',
    request: request({
      username: Username,
      password: Password,
      public_key: PublicKey,
      dict_fill_in_the_blanks: Type.Optional(
        request({ question: Type.String({ maxLength: 500 }), answer: Type.String({ maxLength: 200 }) }),
      ),
      proof_of_work: Type.Optional(
        Type.String({ maxLength: 4096, description: 'The solved challenge of get_challenge.' }),
      ),
      invite: Type.Optional(Type.String({ maxLength: 64 })),
      wrapped_keys: Type.Optional(WrappedKeys),
    }),
    reply: OK,
    errors: ['maybe_bot', 'proof_invalid', 'name_taken', 'signup_closed', 'invite_required', 'invite_invalid'],
    rates: ['address', 'sign_up'],
  }),
  authenticate: endpoint({
    summary: 'Begin a session. With `device` it becomes a device session, which lasts 30 days after its last use.',
    group: 'accounts',
    caller: 'anyone',
    methods: ['POST'],
    body: 'json',
    request: request({
      username: Username,
      password: Password,
      device: Type.Optional(
        request({
          name: DeviceName,
          id: Type.Optional(
            Type.String({
              ...DeviceId,
              description: 'A device of this account that signs in again and keeps its mailbox.',
            }),
          ),
        }),
      ),
      cookie: Type.Optional(
        Type.Boolean({ description: 'True: the session travels only in an HttpOnly cookie and not in the reply.' }),
      ),
    }),
    reply: Type.Object({
      session_id: Type.Optional(SessionId),
      device_id: Type.Optional(DeviceId),
      username: Type.Optional(Username),
    }),
    errors: ['wrong_login', 'account_disabled', 'too_many_devices'],
    rates: ['address', 'guesses', 'log_in', 'log_in_failures'],
  }),
  upload_message: endpoint({
    summary: 'Send a text to one account. With an `id` it may be repeated safely until it is answered.',
    group: 'messages',
    caller: 'session',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({
      destname: Username,
      message_text: MessageText,
      timestamp: Timestamp,
      id: Type.Optional(MessageId),
    }),
    reply: OK,
    errors: ['not_signed_in', 'no_such_user', 'id_reused', 'mailbox_full'],
    rates: ['address', 'message', 'pair'],
  }),
  download_messages: endpoint({
    summary:
      'Fetch waiting messages. Without `after`: all of them, and they are deleted. With `after: N`: forgets everything up to seq N, ' +
      'returns a page of what follows, and keeps that until the next call says that it arrived. `wait` holds an empty answer back.',
    group: 'messages',
    caller: 'session',
    methods: ['GET', 'POST'],
    body: 'json',
    request: sessionRequest({
      after: Type.Optional(Seq),
      wait: Type.Optional(
        Type.Integer({ minimum: 0, maximum: LIMITS.waitSeconds, description: 'Seconds to wait for a first message.' }),
      ),
    }),
    reply: Type.Union([Type.Array(Message), Type.Array(MailboxItem)]),
    errors: ['not_signed_in'],
    rates: ['address', 'download'],
  }),
  get_public_key: endpoint({
    summary: "Somebody's public key, and the name as it was registered.",
    group: 'keys',
    caller: 'anyone',
    methods: ['POST'],
    body: 'json',
    request: request({ username: Username }),
    reply: Type.Object({ public_key: PublicKey, username: Type.Optional(Username) }),
    errors: ['no_such_user'],
    rates: ['address', 'look_up'],
  }),
  delete_user: endpoint({
    summary:
      'Delete the account: waiting messages sent and received, keys, avatar, devices, sessions. It cannot be undone.',
    group: 'accounts',
    caller: 'session',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({ password: Password }),
    reply: OK,
    errors: ['not_signed_in', 'wrong_password'],
    rates: ['address', 'password'],
  }),
  reset_password: endpoint({
    summary: 'Change the password. Every other session of the account ends.',
    group: 'accounts',
    caller: 'session',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({
      old_password: Password,
      new_password: Password,
      wrapped_keys: Type.Optional(WrappedKeys),
    }),
    reply: OK,
    errors: ['not_signed_in', 'wrong_password'],
    rates: ['address', 'password'],
  }),
  reset_public_key: endpoint({
    summary: 'Replace the public key (and, with it, the wrapped private keys).',
    group: 'keys',
    caller: 'session',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({
      password: Password,
      new_public_key: PublicKey,
      wrapped_keys: Type.Optional(WrappedKeys),
    }),
    reply: OK,
    errors: ['not_signed_in', 'wrong_password'],
    rates: ['address', 'password'],
  }),
  upload_avatar: endpoint({
    summary:
      'Set the avatar: one multipart file field `avatar`, PNG, JPEG, WebP or GIF, at most 5 MB. It is cut to a small square.',
    group: 'avatars',
    caller: 'session',
    methods: ['POST'],
    body: 'multipart',
    file: { field: 'avatar', bytes: LIMITS.avatarBytes },
    request: sessionRequest({}),
    reply: OK,
    errors: ['not_signed_in', 'image_invalid'],
    rates: ['address', 'avatar'],
  }),
  delete_avatar: endpoint({
    summary: 'Go back to the picture that is drawn from the name.',
    group: 'avatars',
    caller: 'session',
    methods: ['GET', 'POST'],
    body: 'json',
    request: sessionRequest({}),
    reply: OK,
    errors: ['not_signed_in'],
    rates: ['address', 'avatar'],
  }),
  get_avatar: endpoint({
    summary: "A link to somebody's avatar; a default picture for whoever has none, unknown names too.",
    group: 'avatars',
    caller: 'anyone',
    methods: ['POST'],
    body: 'json',
    request: request({ username: Username }),
    reply: Type.Object({ avatar: Type.String({ format: 'uri' }) }),
    errors: [],
    rates: ['address', 'look_up'],
  }),
} as const
