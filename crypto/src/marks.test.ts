import fc from 'fast-check'
import { base64url, CompactEncrypt, CompactSign } from 'jose'
import { describe, expect, test } from 'vitest'
import vectors from '../vectors/envelope.json' with { type: 'json' }
import { utf8 } from './bytes.ts'
import { seal, unseal } from './envelope.ts'
import { fingerprint, readPublicKey } from './identity.ts'
import { open } from './marks.ts'
import { encryptFor, PEOPLE, person, sign } from './testing.ts'

const [alice, bob, mallory] = [await person('alice'), await person('bob'), await person('mallory')]
const { letter } = vectors
const EXPECTED = { id: letter.id, from: 'alice', to: 'bob' }
const OTHER_ID = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const sealed = await seal(letter, alice, bob.publicKey)
const signed = (await unseal(sealed, bob)) ?? ''
const payload: Record<string, unknown> = JSON.parse(
  new TextDecoder().decode(base64url.decode(signed.split('.')[1] ?? '')),
)
const bobOpens = (text: string, expected: Parameters<typeof open>[1] = EXPECTED) =>
  open(text, expected, bob, alice.publicKey, alice.publicKey)
const forged = (reason: string) => ({ mark: 'forged', reason, body: null, at: null, to: null, link: null })

describe('verified', () => {
  test('by the pinned key', async () => {
    expect(await bobOpens(sealed)).toEqual({
      mark: 'verified',
      reason: null,
      body: letter.body,
      at: letter.at,
      to: 'bob',
      signedBy: PEOPLE.alice.fingerprint,
      link: null,
    })
  })
  test('by the pinned key, whatever the server presents now', async () => {
    for (const presented of [mallory.publicKey, null, '', 'another format']) {
      expect((await open(sealed, EXPECTED, bob, alice.publicKey, presented)).mark).toBe('verified')
    }
  })
  test('at first contact by the presented key', async () => {
    expect((await open(sealed, EXPECTED, bob, null, alice.publicKey)).mark).toBe('verified')
  })
  test('names are compared without case', async () => {
    expect((await bobOpens(sealed, { ...EXPECTED, from: 'ALICE', to: 'Bob' })).mark).toBe('verified')
  })
  test('the copy for the own other devices tells to whom it went', async () => {
    const copy = await seal(letter, alice, alice.publicKey)
    const opened = await open(copy, { ...EXPECTED, to: null }, alice, alice.publicKey, alice.publicKey)
    expect(opened).toMatchObject({ mark: 'verified', to: 'bob', body: letter.body })
  })
  test('the known envelopes', async () => {
    expect(await bobOpens(vectors.envelope)).toMatchObject({ mark: 'verified', body: letter.body, at: letter.at })
    const own = await open(vectors.own_copy, { ...EXPECTED, to: null }, alice, alice.publicKey, null)
    expect(own).toMatchObject({ mark: 'verified', body: letter.body, to: 'bob' })
  })
})

describe('new key', () => {
  test('signed by the presented key and not by the pinned one', async () => {
    const fromNew = await seal(letter, mallory, bob.publicKey)
    expect(await open(fromNew, EXPECTED, bob, alice.publicKey, mallory.publicKey)).toMatchObject({
      mark: 'new key',
      body: letter.body,
      signedBy: PEOPLE.mallory.fingerprint,
    })
    expect((await open(sealed, EXPECTED, bob, mallory.publicKey, alice.publicKey)).mark).toBe('new key')
    expect((await open(sealed, EXPECTED, bob, 'another format', alice.publicKey)).mark).toBe('new key')
  })
})

describe('unsigned', () => {
  test('any text that is no envelope is shown as it is, and nothing throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await bobOpens(text)).toMatchObject({
          mark: 'unsigned',
          reason: 'plain text',
          body: { type: 'text', text },
        })
      }),
    )
  })
})

describe('forged: who, to whom, under which id', () => {
  test('signed by a key that is neither pinned nor presented', async () => {
    const fake = await seal(letter, mallory, bob.publicKey)
    expect(await bobOpens(fake)).toMatchObject({ ...forged('signature wrong'), signedBy: null, link: null })
    for (const presented of [null, '', 'another format', bob.publicKey]) {
      expect(await open(fake, EXPECTED, bob, null, presented)).toMatchObject(forged('signature wrong'))
    }
  })
  test('re-addressed: bob seals what alice wrote to him for mallory', async () => {
    const forwarded = await encryptFor(mallory.publicKey, signed)
    const opened = (to: string | null) => open(forwarded, { ...EXPECTED, to }, mallory, alice.publicKey, null)
    expect(await opened('mallory')).toMatchObject(forged('addressee differs'))
    expect(await opened('bob')).toMatchObject(forged('key differs'))
    expect(await opened(null)).toMatchObject(forged('key differs'))
    expect((await bobOpens(await encryptFor(bob.publicKey, signed))).mark).toBe('verified')
  })
  test('opened on the way: alice was given the key of mallory as that of bob', async () => {
    const intercepted = (await unseal(await seal(letter, alice, mallory.publicKey), mallory)) ?? ''
    expect(await bobOpens(await encryptFor(bob.publicKey, intercepted))).toMatchObject({
      ...forged('key differs'),
      signedBy: await fingerprint(alice.publicKey),
    })
  })
  test('replayed under another id, or in the name of another sender', async () => {
    expect(await bobOpens(sealed, { ...EXPECTED, id: OTHER_ID })).toMatchObject(forged('id differs'))
    expect(await bobOpens(sealed, { ...EXPECTED, from: 'mallory' })).toMatchObject(forged('sender differs'))
    expect(await bobOpens(sealed, { ...EXPECTED, to: 'mallory' })).toMatchObject(forged('addressee differs'))
  })
  test('not for us', async () => {
    const elsewhere = await seal(letter, alice, mallory.publicKey)
    expect(await bobOpens(elsewhere)).toMatchObject({ ...forged('not readable'), signedBy: null, link: null })
  })
})

describe('forged: each field', () => {
  const changes: [string, Record<string, unknown>, string][] = [
    ['v', { v: 2 }, 'version unknown'],
    ['v as text', { v: '1' }, 'form wrong'],
    ['no v', { v: undefined }, 'form wrong'],
    ['id', { id: OTHER_ID }, 'id differs'],
    ['id as number', { id: 1 }, 'form wrong'],
    ['from', { from: 'mallory' }, 'sender differs'],
    ['no from', { from: null }, 'form wrong'],
    ['to', { to: 'mallory' }, 'addressee differs'],
    ['no to', { to: undefined }, 'form wrong'],
    ['key', { key: 'x' }, 'key differs'],
    ['no key', { key: undefined }, 'form wrong'],
    ['at as text', { at: '1' }, 'form wrong'],
    ['at below zero', { at: -1 }, 'form wrong'],
    ['at beyond all dates', { at: 8_640_000_000_000_001 }, 'form wrong'],
    ['body as text', { body: 'hello' }, 'form wrong'],
    ['body as list', { body: [] }, 'form wrong'],
    ['body without type', { body: { text: 'x' } }, 'form wrong'],
    ['text as number', { body: { type: 'text', text: 1 } }, 'form wrong'],
  ]
  test('the same letter signed and sealed by these means is verified (control)', async () => {
    expect((await bobOpens(await encryptFor(bob.publicKey, await sign(payload, alice.signing)))).mark).toBe('verified')
    const more = { ...payload, more: 'of a later version' }
    expect((await bobOpens(await encryptFor(bob.publicKey, await sign(more, alice.signing)))).mark).toBe('verified')
  })
  test.each(changes)('%s changed and signed by alice herself', async (_, change, reason) => {
    const text = await encryptFor(bob.publicKey, await sign({ ...payload, ...change }, alice.signing))
    expect(await bobOpens(text)).toMatchObject({ ...forged(reason), signedBy: PEOPLE.alice.fingerprint })
  })
  test.each([
    ...changes,
    ['at', { at: 1 }, ''],
    ['text', { body: { type: 'text', text: 'no' } }, ''],
    ['pad', { pad: '' }, ''],
  ])('%s changed under her old signature', async (_, change) => {
    const [head, , signature] = signed.split('.')
    const altered = base64url.encode(utf8(JSON.stringify({ ...payload, ...change })))
    const text = await encryptFor(bob.publicKey, [head, altered, signature].join('.'))
    expect(await bobOpens(text)).toMatchObject({ ...forged('signature wrong'), signedBy: null, link: null })
  })
  test('what is signed is no JSON, or nested beyond reason', async () => {
    const raw = async (text: string) => {
      const jws = new CompactSign(utf8(text)).setProtectedHeader({ alg: 'PS256', typ: 'chatnip-message' })
      return encryptFor(bob.publicKey, await jws.sign(alice.signing))
    }
    const deep = JSON.stringify({ ...payload, body: { type: 'x', deep: 0 } }).replace(
      '"deep":0',
      `"deep":${'['.repeat(9000)}${']'.repeat(9000)}`,
    )
    for (const text of ['', 'hello', 'null', '[]', '\ufffe', deep]) {
      expect(await bobOpens(await raw(text))).toMatchObject(forged('form wrong'))
    }
    const nested = (levels: number) => ({ type: 'x', deep: JSON.parse('['.repeat(levels) + ']'.repeat(levels)) })
    const within = await raw(JSON.stringify({ ...payload, body: nested(31) }))
    expect(await bobOpens(within)).toMatchObject({ mark: 'verified', body: nested(31) })
    const beyond = await raw(JSON.stringify({ ...payload, body: nested(32) }))
    expect(await bobOpens(beyond)).toMatchObject(forged('form wrong'))
    const hostile = JSON.stringify({ ...payload, body: 0 }).replace(
      '"body":0',
      '"body":{"type":"x","__proto__":{"text":"\\ud800"},"a":{"\\udfff":"\\ud800"}}',
    )
    expect(await bobOpens(await raw(hostile))).toMatchObject({
      mark: 'verified',
      body: { type: 'x', a: { '\ufffd': '\ufffd' } },
    })
    expect(Object.keys((await bobOpens(await raw(hostile))).body ?? {})).toEqual(['type', 'a'])
  })
})

describe('forged: the envelope itself', () => {
  test('any character changed is noticed, with one and the same answer', async () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const head = sealed.indexOf('.')
    const place = fc.oneof(
      fc.integer({ min: head + 1, max: sealed.length - 1 }),
      fc.integer({ min: 1, max: 60 }).map((back) => sealed.length - back),
    )
    await fc.assert(
      fc.asyncProperty(place, fc.constantFrom(...letters.split('')), async (at, other) => {
        fc.pre(sealed[at] !== other && sealed[at] !== '.')
        const text = sealed.slice(0, at) + other + sealed.slice(at + 1)
        expect(await bobOpens(text)).toMatchObject({ ...forged('not readable'), signedBy: null, link: null })
      }),
      { numRuns: 200 },
    )
  })
  test('a changed header is never verified', async () => {
    const head = sealed.indexOf('.')
    for (let at = 0; at < head; at += 1) {
      const text = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
      expect(['forged', 'unsigned']).toContain((await bobOpens(text)).mark)
    }
  })
  test('parts left out', async () => {
    const parts = sealed.split('.')
    for (let gone = 1; gone < 5; gone += 1) {
      const text = parts.map((part, at) => (at === gone ? '' : part)).join('.')
      expect(await bobOpens(text)).toMatchObject(forged('not readable'))
    }
  })
  test('what is sealed is no signed text', async () => {
    for (const text of ['', 'hello', 'a.b.c', '..', JSON.stringify(payload)]) {
      expect(await bobOpens(await encryptFor(bob.publicKey, text))).toMatchObject(forged('signature wrong'))
    }
  })
})

describe('forged: other algorithms', () => {
  const body = signed.split('.')[1] ?? ''
  const header = (value: unknown) => base64url.encode(utf8(JSON.stringify(value)))
  const reseal = (jws: string) => encryptFor(bob.publicKey, jws)
  const typ = 'chatnip-message'

  test('no signature at all', async () => {
    for (const alg of ['none', 'None', '', undefined]) {
      expect(await bobOpens(await reseal(`${header({ alg, typ })}.${body}.`))).toMatchObject(forged('signature wrong'))
    }
  })
  test('HS256 with the public key as the secret', async () => {
    const jws = new CompactSign(base64url.decode(body)).setProtectedHeader({ alg: 'HS256', typ })
    expect(await bobOpens(await reseal(await jws.sign(utf8(alice.publicKey))))).toMatchObject(forged('signature wrong'))
  })
  test("RS256 and PS512 with alice's very key", async () => {
    const pkcs8 = await crypto.subtle.exportKey('pkcs8', alice.signing)
    const as = (name: string, hash: string) => crypto.subtle.importKey('pkcs8', pkcs8, { name, hash }, false, ['sign'])
    const keys = { RS256: await as('RSASSA-PKCS1-v1_5', 'SHA-256'), PS512: await as('RSA-PSS', 'SHA-512') }
    for (const [alg, key] of Object.entries(keys)) {
      expect(await bobOpens(await reseal(await sign(payload, key, { alg, typ })))).toMatchObject(
        forged('signature wrong'),
      )
    }
  })
  test('her signature made for something else than a message', async () => {
    const other = await sign(payload, alice.signing, { alg: 'PS256', typ: 'chatnip-device' })
    expect(await bobOpens(await reseal(other))).toMatchObject(forged('signature wrong'))
    const none = await new CompactSign(base64url.decode(body)).setProtectedHeader({ alg: 'PS256' }).sign(alice.signing)
    expect(await bobOpens(await reseal(none))).toMatchObject(forged('signature wrong'))
  })
  test.each(['RSA1_5', 'RSA-OAEP', 'dir', 'PBES2-HS256+A128KW', 'none'])('a header that asks for %s', async (alg) => {
    const text = [header({ alg, enc: 'A256GCM' }), ...sealed.split('.').slice(1)].join('.')
    expect(await bobOpens(text)).toMatchObject(forged('not readable'))
  })
  test('sealed well, but by another algorithm or compressed', async () => {
    const symmetric = new CompactEncrypt(utf8(signed)).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    const sha1 = await crypto.subtle.importKey(
      'spki',
      await crypto.subtle.exportKey('spki', (await readPublicKey(bob.publicKey))?.encrypting ?? alice.signing),
      { name: 'RSA-OAEP', hash: 'SHA-1' },
      false,
      ['encrypt'],
    )
    const texts = await Promise.all([
      symmetric.encrypt(new Uint8Array(32)),
      new CompactEncrypt(utf8(signed)).setProtectedHeader({ alg: 'RSA-OAEP', enc: 'A256GCM' }).encrypt(sha1),
      encryptFor(bob.publicKey, signed, { alg: 'RSA-OAEP-256', enc: 'A128CBC-HS256' }),
      encryptFor(bob.publicKey, signed, { alg: 'RSA-OAEP-256', enc: 'A256GCM', zip: 'DEF' }),
    ])
    for (const text of texts) expect(await bobOpens(text)).toMatchObject(forged('not readable'))
  })
})
