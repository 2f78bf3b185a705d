import fc from 'fast-check'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { expect, test } from 'vitest'
import vectors from '../vectors/recovery.json' with { type: 'json' }
import { utf8 } from './bytes.ts'
import { deriveRecovery, makeRecoveryCode, readRecoveryCode } from './recovery.ts'

const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const code = fc.uint8Array({ minLength: 16, maxLength: 16 })

test.each(vectors.cases)('known answer for $username', async ({ username, code: hex, words, proof, wrap_key }) => {
  expect(await makeRecoveryCode(() => fromHex(hex))).toBe(words)
  expect(await readRecoveryCode(words)).toEqual(fromHex(hex))
  const derived = await deriveRecovery(username.toUpperCase(), fromHex(hex))
  expect(derived.proof).toBe(proof)
  expect(derived.wrapKey.extractable).toBe(false)
  const header = { alg: 'dir', enc: 'A256GCM' }
  const jwe = await new CompactEncrypt(utf8('same key')).setProtectedHeader(header).encrypt(derived.wrapKey)
  expect((await compactDecrypt(jwe, fromHex(wrap_key))).plaintext).toEqual(utf8('same key'))
})

test('each code is new, twelve words, and reads back', async () => {
  const [one, two] = [await makeRecoveryCode(), await makeRecoveryCode()]
  expect(one).not.toBe(two)
  expect(one).toMatch(/^[a-z]+( [a-z]+){11}$/)
  expect(await readRecoveryCode(one)).toHaveLength(16)
})

test('random bytes of another number are refused', async () => {
  await expect(makeRecoveryCode(() => new Uint8Array(15))).rejects.toThrow(RangeError)
})

test('any code survives writing it with capitals, commas, numbers, line breaks and only four letters a word', async () => {
  await fc.assert(
    fc.asyncProperty(code, async (bytes) => {
      const words = (await makeRecoveryCode(() => bytes)).split(' ')
      const numbered = words.map((word, at) => `${at + 1}. ${word.toUpperCase()},`).join('\r\n ')
      const short = ` ${words.map((word) => word.slice(0, 4)).join('  -  ')}\t`
      expect(await readRecoveryCode(numbered)).toEqual(bytes)
      expect(await readRecoveryCode(short)).toEqual(bytes)
    }),
  )
})

test('a wrong word, number of words or checksum gives null', async () => {
  const [right] = vectors.cases
  const words = (right?.words ?? '').split(' ')
  expect(await readRecoveryCode(words.join(' '))).not.toBeNull()
  expect(await readRecoveryCode(words.slice(1).join(' '))).toBeNull()
  expect(await readRecoveryCode([...words, 'abandon'].join(' '))).toBeNull()
  expect(await readRecoveryCode(['abandun', ...words.slice(1)].join(' '))).toBeNull()
  expect(await readRecoveryCode(['aba', ...words.slice(1)].join(' '))).toBeNull()
  expect(await readRecoveryCode(['zoo', ...words.slice(1)].join(' '))).toBeNull()
  expect(await readRecoveryCode([...words.slice(0, 11), 'abandon'].join(' '))).toBeNull()
  expect(await readRecoveryCode('')).toBeNull()
})
