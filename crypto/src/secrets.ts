import { ownBytes, utf8 } from './bytes.ts'
import { deriveText, deriveWrapKey, hkdfSecret, nameSalt } from './derive.ts'

export interface Argon2Input {
  readonly password: Uint8Array
  readonly salt: Uint8Array
  readonly memoryKiB: number
  readonly iterations: number
  readonly parallelism: number
  /** Bytes of the result. */
  readonly length: number
}

/** Argon2id, version 1.3, no key and no associated data. */
export type Argon2 = (input: Argon2Input) => Promise<Uint8Array>

/** RFC 9106's second recommended option, but with one lane: browsers have one thread for it, and libsodium knows no other. */
export const ARGON2 = { memoryKiB: 64 * 1024, iterations: 3, parallelism: 1, length: 32 } as const

/** The default, loaded when it is first needed: a page that runs Argon2id in a worker never loads it on its own thread. */
const loadedArgon2: Argon2 = async (input) => (await import('./argon2.ts')).argon2id(input)

/**
 * From one password the two secrets of an account.
 *
 * The password counts as typed: no trimming, no change of case, no shortening. Only its Unicode form is settled (NFC, as
 * RFC 8265 has it), because keyboards differ in whether they send an accented letter as one code point or as two, and the
 * same person types on several.
 *
 * @param username compared without case
 * @param password not empty
 * @returns `wirePassword` goes to the server as `password`; `wrapKey` never leaves the device and does not follow from it
 */
export async function deriveSecrets(
  username: string,
  password: string,
  kdf: Argon2 = loadedArgon2,
): Promise<{ wirePassword: string; wrapKey: CryptoKey }> {
  const salt = await nameSalt('password', username)
  const stretched = await kdf({ password: utf8(password.normalize('NFC')), salt, ...ARGON2 })
  const secret = await hkdfSecret(ownBytes(stretched))
  const [wirePassword, wrapKey] = await Promise.all([
    deriveText(secret, salt, 'chatnip v1 password wire'),
    deriveWrapKey(secret, salt, 'chatnip v1 password wrap'),
  ])
  return { wirePassword, wrapKey }
}
