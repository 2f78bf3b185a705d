import { base64url, calculateJwkThumbprint } from 'jose'
import { decodeStrictly, isRecord, parseRecord, sha256, utf8 } from './bytes.ts'

/**
 * An account's identity: two RSA keys made at random, one that signs (PS256) and one that decrypts (RSA-OAEP-256). They are
 * never the same key: what one operation leaks of a key must not help against the other.
 *
 * Sizes: 3072 bits is the 128-bit level. Other clients may bring up to 4096; more would only let a stranger make everybody
 * compute longer, and would not fit the envelope's limit.
 */
export interface Identity {
  /** Private. */
  readonly signing: CryptoKey
  /** Private. */
  readonly decrypting: CryptoKey
  /** JWK Set text (RFC 7517) with the two public keys: what the API calls `public_key`. May vouch for earlier ones (`vouching.ts`). */
  readonly publicKey: string
}

/** Somebody's public keys, read and checked. */
export interface PublicIdentity {
  readonly verifying: CryptoKey
  readonly encrypting: CryptoKey
  /** RFC 7638 thumbprint (SHA-256, base64url) of the encrypting key. */
  readonly encryptingThumbprint: string
}

/** The two moduli, canonical base64url; everything else of the keys is fixed. */
export interface Moduli {
  readonly sig: string
  readonly enc: string
}

export const PSS = { name: 'RSA-PSS', hash: 'SHA-256' } as const
export const OAEP = { name: 'RSA-OAEP', hash: 'SHA-256' } as const
export const KEY_ALGORITHMS = { sig: 'PS256', enc: 'RSA-OAEP-256' } as const
const EXPONENT = 'AQAB' // 65537
const MODULUS_BITS = 3072
const MODULUS_BITS_MAX = 4096

/** Makes new keys from the system's randomness. They are extractable, so that they can be wrapped; then use `lockIn`. */
export async function makeIdentity(): Promise<Identity> {
  const size = { modulusLength: MODULUS_BITS, publicExponent: new Uint8Array([1, 0, 1]) }
  const [sig, enc] = await Promise.all([
    crypto.subtle.generateKey({ ...PSS, ...size }, true, ['sign', 'verify']),
    crypto.subtle.generateKey({ ...OAEP, ...size }, true, ['encrypt', 'decrypt']),
  ])
  const [sigJwk, encJwk] = await Promise.all([
    crypto.subtle.exportKey('jwk', sig.publicKey),
    crypto.subtle.exportKey('jwk', enc.publicKey),
  ])
  const publicKey = publicKeyText({ sig: sigJwk.n ?? '', enc: encJwk.n ?? '' })
  return { signing: sig.privateKey, decrypting: enc.privateKey, publicKey }
}

/** The same identity with private keys that no script can export any more. */
export async function lockIn(identity: Identity): Promise<Identity> {
  const { signing, decrypting, publicKey } = identity
  const lock = async (key: CryptoKey, algorithm: typeof PSS | typeof OAEP): Promise<CryptoKey> =>
    key.extractable
      ? crypto.subtle.importKey('pkcs8', await crypto.subtle.exportKey('pkcs8', key), algorithm, false, key.usages)
      : key
  return { signing: await lock(signing, PSS), decrypting: await lock(decrypting, OAEP), publicKey }
}

/**
 * Reads a `public_key`.
 * @returns null when it is another client's format, or when the keys are too weak (RSA under 3072 bits, an exponent other
 * than 65537), too large (over 4096 bits), of the wrong or an unsaid algorithm, or one key for both uses
 */
export async function readPublicKey(text: string): Promise<PublicIdentity | null> {
  const moduli = readModuli(text)
  if (moduli === null) return null
  try {
    const [verifying, encrypting] = await Promise.all([
      crypto.subtle.importKey('jwk', publicJwk('sig', moduli.sig), PSS, true, ['verify']),
      crypto.subtle.importKey('jwk', publicJwk('enc', moduli.enc), OAEP, true, ['encrypt']),
    ])
    return { verifying, encrypting, encryptingThumbprint: await thumbprint(moduli.enc) }
  } catch {
    return null
  }
}

/**
 * What people compare: the first 160 bits of the account's key digest, as ten groups of four hexadecimal digits. Texts that
 * hold the same two keys, however written, have the same fingerprint.
 */
export async function fingerprint(publicKey: string): Promise<string> {
  const digest = await keyDigest(publicKey)
  const hex = Array.from(digest.subarray(0, 20), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/(.{4})(?=.)/g, '$1 ')
}

/**
 * SHA-256 over both keys' RFC 7638 thumbprints. A key of another client's format has no canonical form; its digest is over
 * the text as it stands, under another label, so that the two kinds never meet.
 */
export async function keyDigest(publicKey: string): Promise<Uint8Array> {
  const moduli = readModuli(publicKey)
  if (moduli === null) return sha256(utf8(`chatnip v1 other key\n${publicKey}`))
  return sha256(utf8(`chatnip v1 identity\n${await thumbprint(moduli.sig)}\n${await thumbprint(moduli.enc)}`))
}

/** The JWK Set of two public keys. */
export const keySet = ({ sig, enc }: Moduli) => ({ keys: [publicJwk('sig', sig), publicJwk('enc', enc)] })

/** The canonical text of two public keys. */
export const publicKeyText = (moduli: Moduli): string => JSON.stringify(keySet(moduli))

const thumbprint = (n: string): Promise<string> => calculateJwkThumbprint({ kty: 'RSA', n, e: EXPONENT })

const publicJwk = (use: 'sig' | 'enc', n: string) => ({ kty: 'RSA', use, alg: KEY_ALGORITHMS[use], n, e: EXPONENT })

/** The moduli of a JWK Set text. Other keys of the set are ignored, so that more may stand there one day. */
export const readModuli = (text: string): Moduli | null => {
  const keys = parseRecord(utf8(text))?.['keys']
  if (!Array.isArray(keys)) return null
  const sig = onlyModulus(keys, 'sig')
  const enc = onlyModulus(keys, 'enc')
  return sig === null || enc === null || sig === enc ? null : { sig, enc }
}

/** The modulus of the one key with this `use`. Two of them would let two readers disagree about who somebody is. */
const onlyModulus = (keys: readonly unknown[], use: 'sig' | 'enc'): string | null => {
  const [key, second] = keys.filter(isRecord).filter((candidate) => candidate['use'] === use)
  if (key === undefined || second !== undefined) return null
  const { kty, alg, e, n } = key
  if (kty !== 'RSA' || alg !== KEY_ALGORITHMS[use] || e !== EXPONENT || typeof n !== 'string') return null
  const bytes = decodeStrictly(n)
  return bytes === null ? null : canonicalModulus(bytes)
}

/** Without leading zeros (RFC 7518 section 6.3.1.1 wants none, some writers leave one), or null when out of bounds. */
const canonicalModulus = (bytes: Uint8Array): string | null => {
  const modulus = bytes.subarray(bytes.findIndex((byte) => byte !== 0))
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24
  const odd = ((modulus.at(-1) ?? 0) & 1) === 1
  return odd && bits >= MODULUS_BITS && bits <= MODULUS_BITS_MAX ? base64url.encode(modulus) : null
}
