import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { isSecure } from '../request/seen.ts'
import type { Seen } from '../request/seen.ts'

/** WebAssembly is for the password derivation in a worker; blob: is for pictures and voices that were decrypted here. */
export const CONTENT_SECURITY_POLICY: string = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob:",
  'media-src blob:',
  "font-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types chatnip',
].join('; ')

/** For what people have uploaded, and for pictures in general: opened by itself, it can do nothing at all. */
export const SANDBOXED = "sandbox; default-src 'none'; style-src 'unsafe-inline'"

/** The camera is for scanning a contact's code, the microphone for voice messages; nothing else of the device is ever used. */
const PERMISSIONS = [
  'camera=(self)',
  'microphone=(self)',
  ...[
    'accelerometer',
    'autoplay',
    'browsing-topics',
    'display-capture',
    'encrypted-media',
    'fullscreen',
    'geolocation',
    'gyroscope',
    'hid',
    'identity-credentials-get',
    'idle-detection',
    'magnetometer',
    'midi',
    'payment',
    'picture-in-picture',
    'publickey-credentials-get',
    'screen-wake-lock',
    'serial',
    'usb',
    'xr-spatial-tracking',
  ].map((feature) => `${feature}=()`),
].join(', ')

const ALWAYS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': PERMISSIONS,
  'x-frame-options': 'DENY',
} as const

/** Puts the security headers on every answer, errors and files included. */
export function addSecurityHeaders(
  app: FastifyInstance,
  seenOf: (raw: IncomingMessage) => Seen,
  publicUrl: string | null,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(ALWAYS)
    if (isSecure(seenOf(request.raw), publicUrl))
      reply.header('strict-transport-security', 'max-age=63072000; includeSubDomains')
    done()
  })
}
