import { base64url } from 'jose'
import { describe, expect, test } from 'vitest'
import { fingerprint, lockIn, makeIdentity, readPublicKey } from './identity.ts'
import { PEOPLE } from './testing.ts'

const alice = PEOPLE.alice.public_key
type Jwk = Record<string, unknown>
const keysOf = (text: string): Jwk[] => JSON.parse(text).keys
const withSig = (change: Jwk): string => {
  const [sig, enc] = keysOf(alice)
  return JSON.stringify({ keys: [{ ...sig, ...change }, enc] })
}
const modulus = (bytes: number, last = 1) =>
  base64url.encode(Uint8Array.from({ length: bytes }, (_, at) => (at === bytes - 1 ? last : 0xc3)))

test('a new identity has two RSA-3072 keys of their own and a public key that can be read', async () => {
  const identity = await makeIdentity()
  expect(identity.signing.extractable && identity.decrypting.extractable).toBe(true)
  const read = await readPublicKey(identity.publicKey)
  expect(read?.verifying.algorithm).toMatchObject({ name: 'RSA-PSS', modulusLength: 3072, hash: { name: 'SHA-256' } })
  expect(read?.encrypting.algorithm).toMatchObject({ name: 'RSA-OAEP', modulusLength: 3072, hash: { name: 'SHA-256' } })
  expect(identity.publicKey).not.toContain('"d"')
  expect(identity.publicKey).toMatch(/^[\x20-\x7e]+$/)

  const locked = await lockIn(identity)
  expect(locked.publicKey).toBe(identity.publicKey)
  await expect(crypto.subtle.exportKey('jwk', locked.signing)).rejects.toMatchObject({ name: 'InvalidAccessError' })
  await expect(crypto.subtle.exportKey('pkcs8', locked.decrypting)).rejects.toMatchObject({
    name: 'InvalidAccessError',
  })
  expect(await lockIn(locked)).toEqual(locked)
})

describe('readPublicKey', () => {
  test('takes the untouched key (control)', async () => {
    expect(await readPublicKey(alice)).not.toBeNull()
    expect(await readPublicKey(withSig({}))).not.toBeNull()
    expect(await readPublicKey(withSig({ n: modulus(384) }))).not.toBeNull()
    expect(await readPublicKey(withSig({ n: modulus(512) }))).not.toBeNull()
  })

  test.each<[string, string]>([
    ['nothing', ''],
    ['another format', '-----BEGIN PUBLIC KEY-----'],
    ['a number', '17'],
    ['null', 'null'],
    ['keys that are no list', '{"keys":{}}'],
    ['an empty set', '{"keys":[]}'],
    ['RSA-2048', withSig({ n: modulus(256) })],
    ['RSA-3071', withSig({ n: modulus(384).replace(/^w/, 'Q') })],
    ['over RSA-4096', withSig({ n: modulus(513) })],
    ['an even modulus', withSig({ n: modulus(384, 2) })],
    ['all zeros', withSig({ n: base64url.encode(new Uint8Array(384)) })],
    ['exponent 3', withSig({ e: 'Aw' })],
    ['no algorithm', withSig({ alg: undefined })],
    ['PKCS#1 v1.5', withSig({ alg: 'RS256' })],
    ['no use', withSig({ use: undefined })],
    ['another key type', withSig({ kty: 'EC' })],
    ['a modulus that is no base64url', withSig({ n: '!!!' })],
    ['one key for both uses', withSig({ n: keysOf(alice)[1]?.['n'] })],
    ['two signing keys', JSON.stringify({ keys: [...keysOf(alice), keysOf(PEOPLE.bob.public_key)[0]] })],
  ])('refuses %s', async (_, text) => {
    expect(await readPublicKey(text)).toBeNull()
  })
})

describe('fingerprint', () => {
  test('is the known one, short, grouped', async () => {
    expect(await fingerprint(alice)).toBe(PEOPLE.alice.fingerprint)
    expect(await fingerprint(alice)).toMatch(/^[0-9a-f]{4}( [0-9a-f]{4}){9}$/)
  })

  test('is the same for the same keys however they are written', async () => {
    const [sig, enc] = keysOf(alice)
    const padded = base64url.encode(new Uint8Array([0, ...base64url.decode(String(sig?.['n']))]))
    const other = JSON.stringify({ x: 1, keys: [{ ...enc, kid: 'b' }, { use: 'x' }, { ...sig, n: padded }] }, null, 3)
    expect(await fingerprint(other)).toBe(PEOPLE.alice.fingerprint)
  })

  test('is another for other keys, exchanged keys and other formats', async () => {
    const [sig, enc] = keysOf(alice)
    const exchanged = JSON.stringify({
      keys: [
        { ...sig, n: enc?.['n'] },
        { ...enc, n: sig?.['n'] },
      ],
    })
    const texts = [alice, PEOPLE.bob.public_key, exchanged, 'ssh-rsa AAAA', 'ssh-rsa AAAB', '']
    expect(new Set(await Promise.all(texts.map(fingerprint))).size).toBe(texts.length)
  })
})
