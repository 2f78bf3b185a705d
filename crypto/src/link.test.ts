import { describe, expect, test } from 'vitest'
import vectors from '../vectors/envelope.json' with { type: 'json' }
import { unseal, seal } from './envelope.ts'
import { hashLink } from './link.ts'
import { open } from './marks.ts'
import { encryptFor, person, sign } from './testing.ts'

const [alice, bob] = [await person('alice'), await person('bob')]
const { letter } = vectors
const EXPECTED = { id: letter.id, from: 'alice', to: 'bob' }
const first = { chain: letter.id, n: 1, prev: '' }
const OTHER = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const later = { chain: OTHER, n: 7, prev: 'AAECAwQFBgcICQoLDA0ODw' }
const bobOpens = (text: string) => open(text, EXPECTED, bob, alice.publicKey, null)

test('a link comes out as it went in, with the hash that the next one must bear', async () => {
  for (const link of [first, later]) {
    const opened = await bobOpens(await seal({ ...letter, link }, alice, bob.publicKey))
    expect(opened).toMatchObject({ mark: 'verified', link: { ...link, hash: await hashLink(link, letter.id) } })
  }
})

test('the hash is the one that docs/protocol.md tells', async () => {
  const bytes = new TextEncoder().encode(`${later.prev}.${later.chain}.7.${letter.id}`)
  const half = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).subarray(0, 16)
  expect(await hashLink(later, letter.id)).toBe(half.toString('base64url'))
  expect(await hashLink(vectors.link, letter.id)).toBe(vectors.link.hash)
})

test('the known linked envelope', async () => {
  expect(await bobOpens(vectors.linked)).toMatchObject({ mark: 'verified', link: vectors.link })
})

describe('what is no link makes the letter none', () => {
  const wrong: readonly unknown[] = [
    null,
    7,
    [],
    {},
    { ...later, n: 0 },
    { ...later, n: 1 },
    { ...later, n: 1.5 },
    { ...later, n: '7' },
    { ...later, n: 2 ** 31 + 1 },
    { ...later, prev: '' },
    { ...later, prev: 'AAECAwQFBgcICQoLDA0OD' },
    { ...later, prev: 'AAECAwQFBgcICQoLDA0OD=' },
    { ...later, prev: 'AAECAwQFBgcICQoLDA0ODx' },
    { ...later, chain: 'constructor' },
    { ...first, chain: OTHER },
    { ...first, prev: later.prev },
  ]
  test.each(wrong)('%j', async (link) => {
    const sealed = await seal({ ...letter, link: later }, alice, bob.publicKey)
    const signed = (await unseal(sealed, bob)) ?? ''
    const payload: object = JSON.parse(Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString())
    const resealed = (other: object) => sign(other, alice.signing).then((text) => encryptFor(bob.publicKey, text))
    expect((await bobOpens(await resealed(payload))).mark).toBe('verified')
    expect(await bobOpens(await resealed({ ...payload, link }))).toMatchObject({ mark: 'forged', reason: 'form wrong' })
  })
})
