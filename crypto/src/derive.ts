import { base64url } from 'jose'
import { sha256, utf8 } from './bytes.ts'
import type { Bytes } from './bytes.ts'

/** HKDF-SHA-256 (RFC 5869) from one secret to what the wire carries and what never leaves the device. */

/** 16 bytes bound to the account's name (compared without case) and to this product and purpose; 16 because libsodium takes no other. */
export async function nameSalt(purpose: string, username: string): Promise<Bytes> {
  return (await sha256(utf8(`chatnip v1 ${purpose} salt\n${username.toLowerCase()}`))).slice(0, 16)
}

export const hkdfSecret = (secret: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits', 'deriveKey'])

/** 256 bits as base64url text. */
export async function deriveText(secret: CryptoKey, salt: Bytes, label: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.deriveBits(parameters(salt, label), secret, 256)))
}

/** A non-extractable AES-256-GCM key. */
export const deriveWrapKey = (secret: CryptoKey, salt: Bytes, label: string): Promise<CryptoKey> =>
  crypto.subtle.deriveKey(parameters(salt, label), secret, { name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ])

const parameters = (salt: Bytes, label: string) => ({ name: 'HKDF', hash: 'SHA-256', salt, info: utf8(label) })
