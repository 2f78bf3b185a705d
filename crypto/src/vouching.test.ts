import fc from 'fast-check'
import { base64url, CompactSign } from 'jose'
import { describe, expect, test } from 'vitest'
import vectors from '../vectors/earlier.json' with { type: 'json' }
import { parseRecord, utf8 } from './bytes.ts'
import { seal } from './envelope.ts'
import { fingerprint, PSS, publicKeyText, readPublicKey } from './identity.ts'
import type { Identity } from './identity.ts'
import { open } from './marks.ts'
import { safetyNumber } from './safety.ts'
import { encryptFor, PEOPLE, person, sign } from './testing.ts'
import { vouchedKeys, vouchFor } from './vouching.ts'

/** Alice has made new keys; for lack of other keys her earlier ones are Bob's. */
const [alice, before, mallory] = [await person('alice'), await person('bob'), await person('mallory')]
const ABOUT = { account: 'alice', at: vectors.earlier[0]?.at ?? 0 }
const HEADER = { alg: 'PS256', typ: 'chatnip-earlier-key' }
const LIMIT = 16 * 1024

const renewed = await vouchFor(alice, [before], ABOUT)
const statementsOf = ({ publicKey }: Identity): string[] => JSON.parse(publicKey).earlier
const [statement = ''] = statementsOf(renewed)
const payload = parseRecord(base64url.decode(statement.split('.')[1] ?? '')) ?? {}
const withEarlier = (earlier: unknown): string => JSON.stringify({ ...JSON.parse(alice.publicKey), earlier })
const vouched = (earlier: unknown) => vouchedKeys(withEarlier(earlier), 'alice')
const TRUE = [{ publicKey: before.publicKey, at: ABOUT.at }]

test('a key set tells which keys its account had before', async () => {
  expect(await vouchedKeys(renewed.publicKey, 'alice')).toEqual(TRUE)
  expect(await vouchedKeys(renewed.publicKey, 'ALICE')).toEqual(TRUE)
  expect(await vouchedKeys(alice.publicKey, 'alice')).toEqual([])
})

test('the known one', async () => {
  const known = vectors.earlier.map(({ public_key: publicKey, at }) => ({ publicKey, at }))
  expect(await vouchedKeys(vectors.public_key, vectors.account)).toEqual(known)
})

test.each(vectors.passed_over)('the known one that is $why: passed over', async ({ public_key }) => {
  expect(await readPublicKey(public_key)).not.toBeNull()
  expect(await vouchedKeys(public_key, vectors.account)).toEqual([])
})

test('what the earlier key signed can be checked by it, in the name of this account only', async () => {
  const letter = { id: 'm1', from: 'alice', to: 'mallory', at: 1, body: { type: 'text', text: 'on its way' } }
  const sealed = await seal(letter, before, mallory.publicKey)
  const expected = { id: 'm1', from: 'alice', to: 'mallory' }
  const [earlier] = await vouchedKeys(renewed.publicKey, 'alice')
  expect(await open(sealed, expected, mallory, null, renewed.publicKey)).toMatchObject({ reason: 'signature wrong' })
  const opened = await open(sealed, expected, mallory, earlier?.publicKey ?? null, null)
  expect(opened).toMatchObject({ body: letter.body, signedBy: await fingerprint(before.publicKey) })
  const inAnotherName = { ...expected, from: 'carol' }
  expect(await open(sealed, inAnotherName, mallory, earlier?.publicKey ?? null, null)).toMatchObject({
    mark: 'forged',
    reason: 'sender differs',
  })
})

test('statements change nothing of who somebody is', async () => {
  expect(renewed.publicKey).not.toBe(alice.publicKey)
  expect(await fingerprint(renewed.publicKey)).toBe(PEOPLE.alice.fingerprint)
  const bob = { name: 'bob', publicKey: PEOPLE.bob.public_key }
  const numbers = [renewed, alice].map(({ publicKey }) => safetyNumber({ name: 'alice', publicKey }, bob))
  const [withThem, without] = await Promise.all(numbers)
  expect(withThem).toEqual(without)
  expect((await readPublicKey(renewed.publicKey))?.encryptingThumbprint).toBe(
    (await readPublicKey(alice.publicKey))?.encryptingThumbprint,
  )
})

describe('making statements', () => {
  const madeUp = (last: number): Identity => {
    const modulus = (first: number) =>
      base64url.encode(Uint8Array.from({ length: 512 }, (_, at) => (at === 511 ? last : first)))
    return { ...before, publicKey: publicKeyText({ sig: modulus(0xc3), enc: modulus(0xc5) }) }
  }

  test('the newest three at most; none for nothing, for itself, or for a key of another form', async () => {
    const four = [madeUp(1), madeUp(3), madeUp(5), madeUp(7)]
    const vouching = await vouchFor(alice, four, ABOUT)
    expect(statementsOf(vouching)).toHaveLength(3)
    const found = await vouchedKeys(vouching.publicKey, 'alice')
    expect(found.map((one) => one.publicKey)).toEqual(four.slice(0, 3).map((one) => one.publicKey))
    for (const nothing of [[], [alice], [{ ...before, publicKey: 'ssh-rsa AAAA' }]]) {
      expect(await vouchFor(alice, nothing, ABOUT)).toBe(alice)
    }
    await expect(vouchFor({ ...alice, publicKey: '' }, [before], ABOUT)).rejects.toThrow(TypeError)
  })

  test('by a clock before 1970: it counts as 1970, and the statement counts', async () => {
    const { publicKey } = await vouchFor(alice, [before], { ...ABOUT, at: -86_400_000 })
    expect(await vouchedKeys(publicKey, 'alice')).toEqual([{ publicKey: before.publicKey, at: 0 }])
  })

  test('an earlier set’s own statements are not carried on: only its two keys', async () => {
    const { publicKey } = await vouchFor(mallory, [renewed], ABOUT)
    expect((await vouchedKeys(publicKey, 'alice'))[0]?.publicKey).toBe(alice.publicKey)
  })

  test('with the largest keys and the longest name it fits into a public_key, and is printable', async () => {
    const size = { modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]) }
    const { privateKey } = await crypto.subtle.generateKey({ ...PSS, ...size }, true, ['sign', 'verify'])
    const big = { ...madeUp(9), signing: privateKey }
    const about = { account: 'n'.repeat(32), at: 253_402_300_799_999 }
    const { publicKey } = await vouchFor(big, [madeUp(1), madeUp(3), madeUp(5)], about)
    expect(publicKey.length).toBeGreaterThan(8 * 1024)
    expect(publicKey.length).toBeLessThan(LIMIT)
    expect(publicKey).toMatch(/^[\x20-\x7e]+$/)
  })
})

describe('passed over', () => {
  const raw = (bytes: Uint8Array, header: { alg: string; typ?: string } = HEADER, key: CryptoKey = alice.signing) =>
    new CompactSign(bytes).setProtectedHeader(header).sign(key)

  test('the same statement signed by these means counts (control)', async () => {
    expect(await vouched([await sign(payload, alice.signing, HEADER)])).toEqual(TRUE)
    expect(await vouched([await sign({ ...payload, more: 1 }, alice.signing, HEADER)])).toEqual(TRUE)
  })

  test.each<[string, Record<string, unknown>]>([
    ['no version', { v: undefined }],
    ['another version', { v: 2 }],
    ['another account', { account: 'bob' }],
    ['no account', { account: null }],
    ['a time that is none', { at: '1' }],
    ['a time before all time', { at: -1 }],
    ['no keys', { keys: undefined }],
    ['keys that are no list', { keys: {} }],
    ['a weak key', { keys: [{ kty: 'RSA', use: 'sig', alg: 'PS256', n: 'AQAB', e: 'AQAB' }] }],
    ['the signing key alone', { keys: JSON.parse(before.publicKey).keys.slice(0, 1) }],
  ])('%s', async (_, change) => {
    expect(await vouched([await sign({ ...payload, ...change }, alice.signing, HEADER)])).toEqual([])
  })

  test('signed by another key, the earlier one included, or for another use', async () => {
    for (const { signing } of [mallory, before])
      expect(await vouched([await sign(payload, signing, HEADER)])).toEqual([])
    for (const typ of ['chatnip-message', 'chatnip-keys', '']) {
      expect(await vouched([await sign(payload, alice.signing, { alg: 'PS256', typ })])).toEqual([])
    }
    expect(await vouched([await raw(utf8(JSON.stringify(payload)), { alg: 'PS256' })])).toEqual([])
  })

  test('a statement is none for a message, and a message none for a statement', async () => {
    const key = (await readPublicKey(mallory.publicKey))?.encryptingThumbprint
    const letter = { id: 'm1', from: 'alice', to: 'mallory', at: 1, key, body: { type: 'text', text: '' } }
    const opens = async (signed: string) =>
      open(await encryptFor(mallory.publicKey, signed), letter, mallory, alice.publicKey, null)
    const both = { ...payload, ...letter }
    const [asMessage, asStatement] = [await sign(both, alice.signing), await sign(both, alice.signing, HEADER)]
    expect(await opens(asMessage)).toMatchObject({ mark: 'verified' })
    expect(await vouched([asMessage])).toEqual([])
    expect(await vouched([asStatement])).toHaveLength(1)
    expect(await opens(asStatement)).toMatchObject({ mark: 'forged', reason: 'signature wrong' })
  })

  test('no signature, or one with the public key as a shared secret', async () => {
    const [, body] = statement.split('.')
    const none = base64url.encode(utf8(JSON.stringify({ ...HEADER, alg: 'none' })))
    expect(await vouched([`${none}.${body}.`])).toEqual([])
    const shared = new CompactSign(utf8(JSON.stringify(payload))).setProtectedHeader({ ...HEADER, alg: 'HS256' })
    expect(await vouched([await shared.sign(utf8(alice.publicKey))])).toEqual([])
  })

  test('statements of another set, of the same account or not', async () => {
    const ofMallory = await vouchFor(mallory, [before], ABOUT)
    expect(await vouchedKeys(ofMallory.publicKey, 'alice')).toEqual(TRUE)
    expect(await vouched(statementsOf(ofMallory))).toEqual([])
    expect(await vouched([...statementsOf(ofMallory), statement])).toEqual(TRUE)
    const swapped = JSON.stringify({ ...JSON.parse(mallory.publicKey), earlier: [statement] })
    expect(await vouchedKeys(swapped, 'alice')).toEqual([])
  })

  test('any character changed', async () => {
    const at = fc.integer({ min: 0, max: statement.length - 1 })
    await fc.assert(
      fc.asyncProperty(at, fc.constantFrom('A', 'b', '7', '-', '.'), async (place, other) => {
        fc.pre(statement[place] !== other)
        expect(await vouched([statement.slice(0, place) + other + statement.slice(place + 1)])).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('what is signed is no JSON object, or nested beyond reason', async () => {
    const deep = `{"v":1,"account":"alice","at":1,"keys":${'['.repeat(5_000)}${']'.repeat(5_000)}}`
    const texts = ['', 'hello', 'null', '[]', '17', deep]
    for (const text of texts) expect(await vouched([await raw(utf8(text))])).toEqual([])
    expect(await vouched([await raw(new Uint8Array([0xff, 0xfe]))])).toEqual([])
  })
})

describe('whatever a server presents', () => {
  test('nothing throws, and nothing counts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), async (text) => {
        expect(await vouchedKeys(text, 'alice')).toEqual([])
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (earlier) => {
        expect(await vouched(earlier)).toEqual([])
        expect(await vouched([earlier, statement])).toEqual(TRUE)
      }),
    )
  })

  test('only the first three are looked at, and a set whose keys cannot be read vouches for nothing', async () => {
    expect(await vouched(['', '', statement])).toEqual(TRUE)
    expect(await vouched(['', '', '', statement])).toEqual([])
    expect(await vouched(Array.from({ length: 10 }, () => statement))).toHaveLength(3)
    expect(await vouchedKeys(JSON.stringify({ keys: [], earlier: [statement] }), 'alice')).toEqual([])
    expect(await vouchedKeys(JSON.stringify({ earlier: [statement] }), 'alice')).toEqual([])
  })
})
