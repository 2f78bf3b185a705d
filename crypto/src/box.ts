import { ownBytes, utf8 } from './bytes.ts'
import type { Bytes } from './bytes.ts'

/**
 * The box that everything on the device's disk lies in: AES-256-GCM under a key that no script can read out.
 * Layout: one version byte (1), 12 random bytes (the IV), ciphertext with its 16-byte tag.
 *
 * Limit: with random 96-bit IVs one key may seal at most 2^32 times (NIST SP 800-38D section 8.3). A device that wrote a
 * hundred records a second would take more than a year to get there; the key is made anew with each log-in on a device.
 */

const VERSION = 1
const IV_BYTES = 12
const TAG_BYTES = 16

export const makeBox = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])

/**
 * @param context says what the bytes are and where they belong (table and key); it is authenticated, not stored, so that
 * records can't be swapped for one another
 */
export async function sealBytes(key: CryptoKey, bytes: Uint8Array, context: string): Promise<Uint8Array> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const ciphertext = await crypto.subtle.encrypt(parameters(iv, context), key, ownBytes(bytes))
  const sealed = new Uint8Array(1 + IV_BYTES + ciphertext.byteLength)
  sealed[0] = VERSION
  sealed.set(iv, 1)
  sealed.set(new Uint8Array(ciphertext), 1 + IV_BYTES)
  return sealed
}

/** @returns null when the key or the context is another one, or the bytes are damaged */
export async function openBytes(key: CryptoKey, sealed: Uint8Array, context: string): Promise<Uint8Array | null> {
  if (sealed[0] !== VERSION || sealed.length < 1 + IV_BYTES + TAG_BYTES) return null
  const iv = ownBytes(sealed.subarray(1, 1 + IV_BYTES))
  try {
    const ciphertext = ownBytes(sealed.subarray(1 + IV_BYTES))
    return new Uint8Array(await crypto.subtle.decrypt(parameters(iv, context), key, ciphertext))
  } catch {
    return null
  }
}

const parameters = (iv: Bytes, context: string) => ({
  name: 'AES-GCM',
  iv,
  additionalData: utf8(`chatnip v${VERSION} box\n${context}`),
})
