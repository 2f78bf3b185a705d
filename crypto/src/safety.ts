import { base64url } from 'jose'
import { sha256, utf8 } from './bytes.ts'
import { keyDigest } from './identity.ts'

/**
 * What two people compare when they meet: sixty digits to read aloud, or a code to scan. Both sides compute the same from both
 * names and both public keys.
 *
 * Each side's half is 30 digits, about 99 bits. Whoever wanted to pass for somebody would have to make keys until one hits those
 * very 30 digits: 2^99 tries with an RSA key each. Plain SHA-256 is enough for that; iterating it would add a few bits to
 * ninety-nine. The code to scan carries 256 bits a side.
 */

export interface Party {
  /** Compared without case. */
  readonly name: string
  /** The API's `public_key`. */
  readonly publicKey: string
}

const SCAN_PREFIX = 'chatnip:1:'

/** @returns `digits`: sixty, ungrouped; `scan`: the text for a QR code. Both the same whichever party stands first. */
export async function safetyNumber(a: Party, b: Party): Promise<{ digits: string; scan: string }> {
  const halves = await Promise.all([partyDigest(a), partyDigest(b)])
  return {
    digits: halves.map(digitsOf).sort().join(''),
    scan:
      SCAN_PREFIX +
      halves
        .map((half) => base64url.encode(half))
        .sort()
        .join(':'),
  }
}

/** Whether the text scanned from the other person's screen holds the same two accounts and keys as this device knows. */
export async function checkScan(mine: Party, theirs: Party, scanned: string): Promise<boolean> {
  return (await safetyNumber(mine, theirs)).scan === scanned.trim()
}

const partyDigest = async ({ name, publicKey }: Party): Promise<Uint8Array> =>
  sha256(utf8(`chatnip v1 safety\n${name.toLowerCase()}\n${base64url.encode(await keyDigest(publicKey))}`))

/** Six times five bytes (big-endian) modulo 100,000: the bias of the modulus is below 2^-23. */
const digitsOf = (digest: Uint8Array): string =>
  Array.from({ length: 6 }, (_, group) => {
    const value = digest.subarray(group * 5, group * 5 + 5).reduce((sum, byte) => sum * 256 + byte, 0)
    return String(value % 100_000).padStart(5, '0')
  }).join('')
