import { createECDH, createPrivateKey, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** How this server shows push services that it is the one whom the browser has let push (VAPID, RFC 8292): a signed token with each push. */
export interface Vapid {
  /** Uncompressed point on P-256, base64url: what a browser subscribes with. */
  readonly publicKey: string
  /** The Authorization header for a push service. @param origin the service's, like `https://push.example.org` */
  authorization(origin: string, now: number): string
}

/** Half of what RFC 8292 section 2 permits, so that a clock that is some hours off does no harm. */
const VALID_SECONDS = 12 * 3_600

/** A private key for `Store.secret`: 32 bytes. */
export function freshPushKey(): Uint8Array {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  const key = pair.getPrivateKey()
  return Buffer.concat([Buffer.alloc(32 - key.length), key])
}

/**
 * @param key what `freshPushKey` made
 * @param subject whom a push service may turn to: an address with https: or mailto:
 */
export function openVapid(key: Uint8Array, subject: string): Vapid {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(key)
  const point = pair.getPublicKey()
  const publicKey = point.toString('base64url')
  const privateKey = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: Buffer.from(key).toString('base64url'),
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  })
  const authorization: Vapid['authorization'] = (origin, now) => {
    const claims = { aud: origin, exp: Math.floor(now / 1_000) + VALID_SECONDS, sub: subject }
    return `vapid t=${tokenOf(claims, privateKey)}, k=${publicKey}`
  }
  return { publicKey, authorization }
}

/** A JWT (RFC 7519) signed by ES256 (RFC 7518 section 3.4: the two numbers side by side, not in DER). */
function tokenOf(claims: object, key: KeyObject): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ typ: 'JWT', alg: 'ES256' })}.${part(claims)}`
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}
