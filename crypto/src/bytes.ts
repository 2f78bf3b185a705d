import { base64url } from 'jose'

/** Bytes in memory of their own: what WebCrypto takes (a view on shared memory it does not). */
export type Bytes = Uint8Array<ArrayBuffer>

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text)

/** A copy in memory of its own. */
export const ownBytes = (bytes: Uint8Array): Bytes => new Uint8Array(bytes)

export const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

/** Base64url without padding. */
export const toBase64url = (bytes: Uint8Array): string => base64url.encode(bytes)

/**
 * Decodes base64url without padding (RFC 7515 section 2), strictly: null for anything that is not the one canonical
 * encoding. Lenient decoders ignore blanks and the unused bits of the last character, so that a text could be altered
 * without a check noticing.
 */
export const decodeStrictly = (text: string): Bytes | null => {
  try {
    const bytes = base64url.decode(text)
    return base64url.encode(bytes) === text ? ownBytes(bytes) : null
  } catch {
    return null
  }
}

/** True when `text` is `count` canonical base64url parts with dots between them: a compact JWS (3) or JWE (5). */
export const isCompact = (text: string, count: number): boolean => {
  const parts = text.split('.', count + 1)
  return parts.length === count && parts.every((part) => decodeStrictly(part) !== null)
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The JSON object that the UTF-8 bytes hold, or null. */
export const parseRecord = (bytes: Uint8Array): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

/** The first part of a compact JWS or JWE as an object, or null. Not authenticated at this point. */
export const protectedHeader = (compact: string): Record<string, unknown> | null => {
  const bytes = decodeStrictly(compact.split('.', 1)[0] ?? '')
  return bytes === null ? null : parseRecord(bytes)
}

/** Whether an object has exactly these members with exactly these values. */
export const isExactly = (value: Record<string, unknown> | null, wanted: Readonly<Record<string, unknown>>): boolean =>
  value !== null &&
  Object.keys(value).length === Object.keys(wanted).length &&
  Object.entries(wanted).every(([name, expected]) => value[name] === expected)
