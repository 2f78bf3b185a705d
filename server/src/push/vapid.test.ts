import { createPublicKey, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { freshPushKey, openVapid } from './vapid.ts'

/** The key of the example in RFC 8292, section 2.4. */
const POINT = 'BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs'
const NOW = 1_800_000_000_000

const partOf = (token: string, at: number): unknown =>
  JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString())

function isSigned(token: string, key: string): boolean {
  const [head = '', claims = '', signature = ''] = token.split('.')
  const point = Buffer.from(key, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'))
  const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' } })
  return verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
}

test('a token says for which service it is and for how long, signed by the key that is sent along', () => {
  const vapid = openVapid(freshPushKey(), 'https://chat.example.org')
  expect(Buffer.from(vapid.publicKey, 'base64url')).toHaveLength(65)
  const [, token = '', key = ''] =
    /^vapid t=([\w.-]+), k=([\w-]+)$/u.exec(vapid.authorization('https://push.test', NOW)) ?? []
  expect(key).toBe(vapid.publicKey)
  expect(partOf(token, 0)).toEqual({ typ: 'JWT', alg: 'ES256' })
  expect(partOf(token, 1)).toEqual({
    aud: 'https://push.test',
    exp: NOW / 1_000 + 43_200,
    sub: 'https://chat.example.org',
  })
  expect(isSigned(token, key)).toBe(true)
  // A control: another key does not fit.
  expect(isSigned(token, POINT)).toBe(false)
})

test('the same secret gives the same key, and each fresh one another', () => {
  const secret = freshPushKey()
  expect(openVapid(secret, 'a').publicKey).toBe(openVapid(secret, 'b').publicKey)
  const keys = Array.from({ length: 300 }, freshPushKey)
  expect(new Set(keys.map((key) => openVapid(key, 'a').publicKey)).size).toBe(300)
  expect(keys.every((key) => key.length === 32)).toBe(true)
})
