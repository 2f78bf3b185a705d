import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { LIMITS } from '../limits.ts'
import { sessionRequest } from '../schemas.ts'

const OK = Type.Literal('OK')

/** Waking a browser whose pages are closed (Web Push, RFC 8030). What is pushed is empty. */
export const PUSH = {
  get_push_key: endpoint({
    summary: 'The key that a browser asks its push service with (VAPID, RFC 8292). None: this server pushes nothing.',
    group: 'push',
    caller: 'device',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({}),
    reply: Type.Object({
      public_key: Type.Optional(Type.String({ description: 'Uncompressed point on P-256, base64url.' })),
    }),
    errors: ['not_signed_in', 'not_allowed'],
    rates: ['address', 'settings'],
  }),
  set_push: endpoint({
    summary:
      'Where to push when something came for this device and nobody fetched it. Takes the place of the address before, and of the same ' +
      'one at another device.',
    group: 'push',
    caller: 'device',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({
      endpoint: Type.String({
        minLength: 9,
        maxLength: LIMITS.pushEndpointCharacters,
        pattern: '^https://[\\x21-\\x7E]+$',
        description: 'As the browser gave it; of a push service that this server knows.',
      }),
    }),
    reply: OK,
    errors: ['not_signed_in', 'not_allowed'],
    rates: ['address', 'settings'],
  }),
  end_push: endpoint({
    summary: 'Push nothing to this device any more.',
    group: 'push',
    caller: 'device',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({}),
    reply: OK,
    errors: ['not_signed_in', 'not_allowed'],
    rates: ['address', 'settings'],
  }),
  test_push: endpoint({
    summary: 'Push to this device once, now. What the push service makes of it shows on the device.',
    group: 'push',
    caller: 'device',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({}),
    reply: Type.Object({ pushed: Type.Boolean({ description: 'False: this device has no address.' }) }),
    errors: ['not_signed_in', 'not_allowed'],
    rates: ['address', 'test_push'],
  }),
} as const
