import { LIMITS } from '@chatnip/protocol'

/** What people count: what looks like one sign is one, however many code units it has. */
export const passwordLength = (password: string): number => Array.from(password).length

/** `short` carries how many characters are missing. */
export type PasswordVerdict =
  | { readonly kind: 'good' }
  | { readonly kind: 'short'; readonly missing: number }
  | { readonly kind: 'long' }

/** Only the length counts: rules about kinds of characters make passwords worse (NIST SP 800-63B-4). */
export const judgePassword = (password: string): PasswordVerdict => {
  const length = passwordLength(password)
  if (length > LIMITS.passwordCharacters) return { kind: 'long' }
  const missing = LIMITS.peoplePasswordCharacters - length
  return missing > 0 ? { kind: 'short', missing } : { kind: 'good' }
}

/** No letters or digits that look alike. 32 of them, so that a byte's lowest five bits choose evenly. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789'
const GROUPS = 5
const GROUP_LENGTH = 4

/**
 * A password of 100 random bits, in groups that can be read out: `kx7m-9pqa-…`.
 * @param bytes where randomness comes from
 */
export const suggestPassword = (bytes: (count: number) => Uint8Array): string => {
  const letters = Array.from(bytes(GROUPS * GROUP_LENGTH), (byte) => LETTERS.charAt(byte & 31))
  return Array.from({ length: GROUPS }, (_, group) =>
    letters.slice(group * GROUP_LENGTH, (group + 1) * GROUP_LENGTH).join(''),
  ).join('-')
}
