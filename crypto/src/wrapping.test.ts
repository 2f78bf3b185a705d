import fc from 'fast-check'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { describe, expect, test } from 'vitest'
import vectors from '../vectors/identities.json' with { type: 'json' }
import secrets from '../vectors/secrets.json' with { type: 'json' }
import { utf8 } from './bytes.ts'
import { deriveSecrets } from './secrets.ts'
import type { Argon2 } from './secrets.ts'
import { PEOPLE, person } from './testing.ts'
import { unwrapIdentity, wrapIdentity } from './wrapping.ts'

const alice = await person('alice')
const quick: Argon2 = async ({ password }) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(password)))
const keyFor = async (password: string) => (await deriveSecrets('alice', password, quick)).wrapKey
const right = await keyFor('right')
const wrapped = await wrapIdentity(alice, right)
const HEADER = { alg: 'dir', enc: 'A256GCM', typ: 'chatnip-keys', v: 1 }
const wrapAnything = (value: unknown, header: typeof HEADER | { alg: string; enc: string } = HEADER) =>
  new CompactEncrypt(utf8(JSON.stringify(value))).setProtectedHeader(header).encrypt(right)

describe('unwrapIdentity', () => {
  test('gives the same keys back, extractable only when asked', async () => {
    const open = await unwrapIdentity(wrapped, right, { extractable: true })
    expect(open?.publicKey).toBe(alice.publicKey)
    expect(await unwrapIdentity(await wrapIdentity(open ?? alice, right), right, { extractable: false })).not.toBeNull()
    const locked = await unwrapIdentity(wrapped, right, { extractable: false })
    expect(locked?.signing.extractable).toBe(false)
    expect(locked?.decrypting.extractable).toBe(false)
  })

  test('opens the known text with the known password', async () => {
    const [first] = secrets.cases
    const { wrapKey } = await deriveSecrets('alice', first?.password ?? '')
    const identity = await unwrapIdentity(vectors.wrapped, wrapKey, { extractable: false })
    expect(identity?.publicKey).toBe(PEOPLE.alice.public_key)
  })

  test('a wrong password gives null', async () => {
    expect(await unwrapIdentity(wrapped, await keyFor('wrong'), { extractable: true })).toBeNull()
  })

  test('any single character changed gives null, even where only unused bits change', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_. =\u00e9'
    const change = fc.record({
      place: fc.oneof(
        fc.nat(wrapped.length - 1),
        fc.integer({ min: 1, max: 30 }).map((back) => wrapped.length - back),
      ),
      letter: fc.constantFrom(...alphabet.split('')),
    })
    await fc.assert(
      fc.asyncProperty(change, async ({ place, letter }) => {
        fc.pre(wrapped[place] !== letter)
        const changed = wrapped.slice(0, place) + letter + wrapped.slice(place + 1)
        expect(await unwrapIdentity(changed, right, { extractable: true })).toBeNull()
      }),
      { numRuns: 300 },
    )
  })

  test('never throws for what the text holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await unwrapIdentity(text, right, { extractable: true })).toBeNull()
      }),
    )
  })
})

describe('what is inside is checked, though nobody else has the key', () => {
  const [sig, enc] = PEOPLE.alice.private_keys.keys
  const [bobSig, bobEnc] = PEOPLE.bob.private_keys.keys
  const unwrap = async (value: unknown, header?: typeof HEADER | { alg: string; enc: string }) =>
    unwrapIdentity(await wrapAnything(value, header), right, { extractable: true })

  test('the two keys as they are (control)', async () => {
    expect((await unwrap({ keys: [enc, sig] }))?.publicKey).toBe(alice.publicKey)
  })
  test.each<[string, unknown]>([
    ['no keys', { keys: [] }],
    ['no object', 'keys'],
    ['public keys only', JSON.parse(alice.publicKey)],
    ["a signing key with somebody else's modulus", { keys: [{ ...sig, n: bobSig?.n }, enc] }],
    ["a decrypting key with somebody else's modulus", { keys: [sig, { ...enc, n: bobEnc?.n }] }],
    ["a signing key with somebody else's private parts", { keys: [{ ...bobSig, n: sig?.n }, enc] }],
    ["a decrypting key with somebody else's private parts", { keys: [sig, { ...bobEnc, n: enc?.n }] }],
    [
      'private parts left out',
      {
        keys: [
          { ...sig, d: undefined },
          { ...enc, p: undefined },
        ],
      },
    ],
  ])('%s: null', async (_, value) => {
    expect(await unwrap(value)).toBeNull()
  })
  test('another purpose or version: null', async () => {
    expect(await unwrap({ keys: [sig, enc] }, { alg: 'dir', enc: 'A256GCM' })).toBeNull()
    expect(await unwrap({ keys: [sig, enc] }, { ...HEADER, v: 2 })).toBeNull()
    expect(await unwrap({ keys: [sig, enc] }, { ...HEADER, typ: 'chatnip-backup' })).toBeNull()
  })
  test('the text is a plain JWE that any JOSE library opens', async () => {
    const { plaintext, protectedHeader } = await compactDecrypt(wrapped, right)
    expect(protectedHeader).toEqual(HEADER)
    expect(JSON.parse(new TextDecoder().decode(plaintext))).toEqual(PEOPLE.alice.private_keys)
    expect(wrapped.length).toBeLessThan(32 * 1024)
  })
})
