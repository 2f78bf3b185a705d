import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { looksSealed, seal } from './envelope.ts'
import { OAEP, PSS, publicKeyText, readModuli } from './identity.ts'
import { open } from './marks.ts'
import { BodyTooLong, MAX_TEXT_BYTES, textBytes } from './payload.ts'
import { person } from './testing.ts'

const [alice, bob] = [await person('alice'), await person('bob')]
const ID = '0f8fad5b-d9cb-469f-a165-70867728950e'
const OTHER_ID = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const EXPECTED = { id: ID, from: 'alice', to: 'bob' }
const LIMIT = 64 * 1024
const letter = (text: string, from = 'alice', to = 'bob') => ({
  id: ID,
  from,
  to,
  at: 1.8e12,
  body: { type: 'text', text },
})
const round = async (text: string) => {
  const sealed = await seal(letter(text), alice, bob.publicKey)
  expect(sealed.length).toBeLessThanOrEqual(LIMIT)
  return open(sealed, EXPECTED, bob, alice.publicKey, alice.publicKey)
}

describe('any Unicode text survives', () => {
  test.each<[string, string]>([
    ['nothing', ''],
    ['NUL and controls', '\0\u0001\b\f\r\n\t\u007f\u2028\u2029'],
    ['four bytes', '😀🐈‍⬛\u{10FFFF}'],
    ["the original's separator", 'a::52cee64b::b'],
    ['bidi and zero width', '\u202Eabc\u202C\u200D\uFEFF'],
    ['quotes and markup', "\"\\</script><b onclick='x'>"],
    ['what looks like an envelope', 'a.b.c.d.e'],
    ['the most bytes of one letter', 'x'.repeat(MAX_TEXT_BYTES)],
    ['the most bytes of cats', '🐱'.repeat(Math.floor(MAX_TEXT_BYTES / 4))],
  ])('%s', async (_, text) => {
    expect(await round(text)).toMatchObject({ mark: 'verified', body: { type: 'text', text } })
  })

  test('any at all', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 2000 }))
    await fc.assert(
      fc.asyncProperty(text, async (one) => {
        expect(await round(one)).toMatchObject({ mark: 'verified', body: { type: 'text', text: one } })
      }),
    )
  })

  test('half a character is no Unicode text: it arrives as U+FFFD', async () => {
    const units = fc.array(fc.integer({ min: 0xd7f0, max: 0xe00f }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(units, async (some) => {
        const text = String.fromCharCode(...some)
        expect(await round(text)).toMatchObject({
          mark: 'verified',
          body: { text: text.replace(/\p{Cs}/gu, '\uFFFD') },
        })
      }),
      { numRuns: 50 },
    )
  })
})

test('bodies of types that are not known yet come out as they went in', async () => {
  const body = { type: 'receipt', of: [ID], nested: { a: [1, null, true, 'x'] } }
  const sealed = await seal({ ...letter(''), body }, alice, bob.publicKey)
  expect(await open(sealed, EXPECTED, bob, alice.publicKey, null)).toMatchObject({ mark: 'verified', body })
})

describe('sizes', () => {
  /** Payload buckets 512 B to 35 KiB, as an envelope between two RSA-3072 identities. */
  const SIZES = [2271, 3181, 5001, 8643, 15_924, 30_488, 59_615, 65_076]

  test('an envelope has one of eight sizes, whatever the text and the names', async () => {
    const length = fc.oneof(fc.nat(600), fc.nat(MAX_TEXT_BYTES / 2))
    const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,32}$/)
    const seen = new Set<number>()
    await fc.assert(
      fc.asyncProperty(length, name, name, async (units, from, to) => {
        const text = 'é"x\n'.repeat(units / 4)
        const sealed = await seal(letter(text, from, to), alice, bob.publicKey)
        expect(SIZES).toContain(sealed.length)
        seen.add(sealed.length)
      }),
      { numRuns: 150 },
    )
    expect(seen.size).toBeGreaterThan(3)
  })

  test('short texts are all of one size', async () => {
    const lengths = await Promise.all(
      ['', 'yes', 'no', 'x'.repeat(200)].map(async (text) => (await seal(letter(text), alice, bob.publicKey)).length),
    )
    expect(new Set(lengths)).toEqual(new Set([SIZES[0]]))
  })

  test('one byte more than the limit is refused by a RangeError that says so', async () => {
    const over = seal(letter('x'.repeat(MAX_TEXT_BYTES + 1)), alice, bob.publicKey)
    await expect(over).rejects.toThrow(BodyTooLong)
    await expect(over).rejects.toBeInstanceOf(RangeError)
    await expect(seal(letter('\0'.repeat(6000)), alice, bob.publicKey)).rejects.toThrow(BodyTooLong)
    await expect(
      seal({ ...letter(''), body: { type: 'x', y: 'x'.repeat(40_000) } }, alice, bob.publicKey),
    ).rejects.toThrow(BodyTooLong)
  })

  test('the limit holds with the longest names and the largest keys', async () => {
    const size = { modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]) }
    const [sig, enc] = await Promise.all([
      crypto.subtle.generateKey({ ...PSS, ...size }, true, ['sign', 'verify']),
      crypto.subtle.generateKey({ ...OAEP, ...size }, true, ['encrypt', 'decrypt']),
    ])
    const modulus = async (key: CryptoKey) => (await crypto.subtle.exportKey('jwk', key)).n ?? ''
    const publicKey = publicKeyText({ sig: await modulus(sig.publicKey), enc: await modulus(enc.publicKey) })
    const big = { signing: sig.privateKey, decrypting: enc.privateKey, publicKey }
    const name = 'n'.repeat(32)
    const link = { chain: OTHER_ID, n: 2 ** 31, prev: 'A'.repeat(22) }
    const longest = { ...letter('x'.repeat(MAX_TEXT_BYTES), name, name), at: 253_402_300_799_999.5, link }
    const sealed = await seal(longest, big, publicKey)
    expect(readModuli(publicKey)).not.toBeNull()
    expect(sealed.length).toBeGreaterThan(LIMIT - 1000)
    expect(sealed.length).toBeLessThanOrEqual(LIMIT)
    const opened = await open(sealed, { id: ID, from: name, to: name }, big, publicKey, null)
    expect(opened.mark).toBe('verified')
    const again = { type: 'again', id: ID, link, at: longest.at, text: longest.body.text }
    expect((await seal({ ...longest, link: null, body: again }, big, publicKey)).length).toBeLessThanOrEqual(LIMIT)
  })

  test('textBytes counts what the text takes within', () => {
    expect([textBytes(''), textBytes('é'), textBytes('"\n'), textBytes('🐱'), textBytes('\ud800')]).toEqual([
      0, 2, 4, 4, 3,
    ])
  })
})

describe('looksSealed', () => {
  test('an envelope, and any compact JWE', async () => {
    expect(looksSealed(await seal(letter('x'), alice, bob.publicKey))).toBe(true)
    expect(looksSealed(`${btoa('{"alg":"dir","enc":"A128GCM"}')}....`.replaceAll('=', ''))).toBe(true)
  })
  test.each([
    '',
    'hello',
    'a.b.c.d.e',
    '1.2.3.4.5',
    'www.a.b.c.d',
    'e30....',
    'bnVsbA....',
    'e.e.e.e.e.e',
    ' ....',
    '....',
  ])('not %j', (text) => expect(looksSealed(text)).toBe(false))
})

test('a key of another format can not be sealed for, and it says so', async () => {
  await expect(seal(letter('x'), alice, 'ssh-rsa AAAA')).rejects.toThrow(TypeError)
})
