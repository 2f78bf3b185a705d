import { createHash, randomInt, timingSafeEqual } from 'node:crypto'

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** No letters that are mistaken for another when read aloud or copied by hand. */
const EASY_TO_READ = 'abcdefghjkmnpqrstuvwxyz23456789'

const pick = (alphabet: string, length: number) =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')

/** 32 letters and digits, 190 bits, unbiased: session ids and device ids. */
export const newToken = (): string => pick(LETTERS_AND_DIGITS, 32)

/** A code that people pass on (invites, fresh starts): 20 characters in fours, 99 bits. */
export const newCode = (): string => (pick(EASY_TO_READ, 20).match(/.{4}/g) ?? []).join('-')

export const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest()

/** The hash under which a code is kept; case, spaces and hyphens do not matter. */
export const hashOfCode = (code: string): Uint8Array => sha256(code.replace(/[\s-]/g, '').toLowerCase())

/** Whether two hashes are the same, in constant time. */
export const sameHash = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)
