import { CompactEncrypt, compactDecrypt } from 'jose'
import { describe, expect, test } from 'vitest'
import vectors from '../vectors/secrets.json' with { type: 'json' }
import { utf8 } from './bytes.ts'
import { ARGON2, deriveSecrets } from './secrets.ts'
import type { Argon2 } from './secrets.ts'

/** Quick and no hash at all: for what does not hang on Argon2 itself. */
const plain: Argon2 = async ({ password, salt }) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array([...salt, ...password])))
const wire = async (username: string, password: string) => (await deriveSecrets(username, password, plain)).wirePassword
const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

test.each(vectors.cases)('known answer for $username', async ({ username, password, wire_password, wrap_key }) => {
  const { wirePassword, wrapKey } = await deriveSecrets(username, password)
  expect(wirePassword).toBe(wire_password)
  expect(wrapKey.extractable).toBe(false)
  const jwe = await new CompactEncrypt(utf8('same key'))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(wrapKey)
  expect((await compactDecrypt(jwe, fromHex(wrap_key))).plaintext).toEqual(utf8('same key'))
})

test('the injected function gets the parameters and the salt of the vectors', async () => {
  const [first] = vectors.cases
  let seen: unknown
  await deriveSecrets('alice', 'correct horse battery staple', (input) => {
    seen = input
    return plain(input)
  })
  expect(seen).toEqual({ password: utf8(first?.password ?? ''), salt: fromHex(first?.salt ?? ''), ...ARGON2 })
  expect(ARGON2).toEqual({ memoryKiB: 65_536, iterations: 3, parallelism: 1, length: 32 })
})

describe('the password counts as typed', () => {
  test('but for the Unicode form', async () => {
    expect(await wire('alice', 'caf\u00e9')).toBe(await wire('alice', 'cafe\u0301'))
  })
  test('and nothing else is settled', async () => {
    const passwords = ['secret', ' secret', 'secret ', 'Secret', 'secret\u0000', '\uff53ecret', 'secret!']
    const wires = await Promise.all(passwords.map((password) => wire('alice', password)))
    expect(new Set(wires).size).toBe(passwords.length)
  })
  test('however long it is', async () => {
    const long = 'x'.repeat(256)
    expect(await wire('alice', `${long}a`)).not.toBe(await wire('alice', `${long}b`))
  })
})

test('the name is compared without case; another name gives other secrets', async () => {
  expect(await wire('Alice', 'secret')).toBe(await wire('aLICE', 'secret'))
  expect(await wire('alice', 'secret')).not.toBe(await wire('alicf', 'secret'))
})
