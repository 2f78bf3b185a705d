import { toBase64url } from '@chatnip/crypto'
import type { Randomness } from '../ports.ts'

/** 32 random bytes as 43 letters: the id of a blob, or the key that opens it. */
export const freshSecret = ({ bytes }: Pick<Randomness, 'bytes'>): string => toBase64url(bytes(32))

/** @param secret as `freshSecret` makes them */
export const keyOf = (secret: string): Promise<CryptoKey> => {
  const bytes = Uint8Array.from(atob(secret.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0))
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}
