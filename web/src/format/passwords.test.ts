import { expect, test } from 'vitest'
import { judgePassword, suggestPassword } from './passwords.ts'

test('fifteen characters are enough, whatever they are', () => {
  expect(judgePassword('a'.repeat(14))).toEqual({ kind: 'short', missing: 1 })
  expect(judgePassword('a'.repeat(15))).toEqual({ kind: 'good' })
  expect(judgePassword('🐈'.repeat(8))).toEqual({ kind: 'short', missing: 7 })
  expect(judgePassword('a'.repeat(257))).toEqual({ kind: 'long' })
})

test('a suggested password is long enough, readable, and made of what randomness gave', () => {
  expect(suggestPassword((count) => new Uint8Array(count))).toBe('aaaa-aaaa-aaaa-aaaa-aaaa')
  const suggested = suggestPassword((count) => crypto.getRandomValues(new Uint8Array(count)))
  expect(suggested).toMatch(/^([a-km-np-z2-9]{4}-){4}[a-km-np-z2-9]{4}$/)
  expect(judgePassword(suggested)).toEqual({ kind: 'good' })
})
