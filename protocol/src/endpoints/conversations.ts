import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { LIMITS } from '../limits.ts'
import { DeviceId, KeyPackage, sessionRequest, Username } from '../schemas.ts'

const Supply = Type.Object({
  count: Type.Integer({ description: 'How many wait, the last resort not among them.' }),
  has_last_resort: Type.Boolean(),
})

/** What conversations by MLS need of the server besides sending: a supply of key packages for each device. */
export const CONVERSATIONS = {
  upload_key_packages: endpoint({
    summary:
      'Add to the key packages of the calling device, from which others take one each to begin a conversation with it. All or none are ' +
      'taken; one that the device has uploaded before is not taken twice. They are forgotten with the device, and when the account gets ' +
      'another public key.',
    group: 'conversations',
    caller: 'device',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({
      key_packages: Type.Array(KeyPackage, { maxItems: LIMITS.keyPackagesPerDevice }),
      last_resort: Type.Optional(
        Type.String({
          ...KeyPackage,
          description: 'Handed out when no other is left, again and again. Replaces the one before.',
        }),
      ),
    }),
    reply: Supply,
    errors: ['not_signed_in', 'not_allowed', 'too_many_key_packages'],
    rates: ['address', 'settings'],
  }),
  count_key_packages: endpoint({
    summary: 'How many key packages of the calling device wait.',
    group: 'conversations',
    caller: 'device',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({}),
    reply: Supply,
    errors: ['not_signed_in', 'not_allowed'],
    rates: ['address', 'settings'],
  }),
  claim_key_packages: endpoint({
    summary:
      'Take one key package of each device of an account: each is handed out once, ever, and the last resort when no other is left. Devices ' +
      'that have none are left out, and so is the calling device. Who claims of the same account too often gets last resorts only.',
    group: 'conversations',
    caller: 'device',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({ destname: Username }),
    reply: Type.Object({
      key_packages: Type.Array(
        Type.Object({ device_id: DeviceId, key_package: KeyPackage, is_last_resort: Type.Boolean() }),
      ),
    }),
    errors: ['not_signed_in', 'not_allowed', 'no_such_user'],
    rates: ['address', 'claim', 'claim_of_one'],
  }),
} as const
