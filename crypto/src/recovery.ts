import { ownBytes, sha256 } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { deriveText, deriveWrapKey, hkdfSecret, nameSalt } from './derive.ts'

/**
 * The recovery code: 128 random bits as twelve words of the BIP 39 English list, whose last four bits are a checksum. It has
 * nothing to do with money; the list is taken because its words are short, common and told apart by their first four letters.
 */

const CODE_BYTES = 16
const WORDS = 12
const BITS_PER_WORD = 11n
const CHECKSUM_BITS = 4n

const systemRandom = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))

/** Loaded when needed: 2048 words are not for the first page. */
const wordList = async (): Promise<readonly string[]> => (await import('@scure/bip39/wordlists/english.js')).wordlist

/**
 * @param random gives so many random bytes; by default the system's
 * @returns twelve words with single blanks between them
 */
export async function makeRecoveryCode(random: (length: number) => Uint8Array = systemRandom): Promise<string> {
  const bytes = ownBytes(random(CODE_BYTES))
  if (bytes.length !== CODE_BYTES) throw new RangeError('A recovery code needs exactly 16 random bytes.')
  const list = await wordList()
  const bits = (toInteger(bytes) << CHECKSUM_BITS) | (await checksum(bytes))
  return Array.from({ length: WORDS }, (_, place) => {
    const shift = BITS_PER_WORD * BigInt(WORDS - 1 - place)
    return list[Number((bits >> shift) & 0x7ffn)] ?? ''
  }).join(' ')
}

/**
 * Reads what a person typed. Case, punctuation, numbering and blanks do not matter; of a word the first four letters suffice.
 * @returns the 16 bytes, or null when a word is unknown, their number is not twelve or the checksum is wrong
 */
export async function readRecoveryCode(text: string): Promise<Uint8Array | null> {
  const typed = text.toLowerCase().match(/[a-z]+/g) ?? []
  if (typed.length !== WORDS) return null
  const list = await wordList()
  const places = typed.map((word) => findWord(list, word))
  if (places.includes(-1)) return null
  const bits = places.reduce((sum, place) => (sum << BITS_PER_WORD) | BigInt(place), 0n)
  const bytes = fromInteger(bits >> CHECKSUM_BITS)
  return (await checksum(bytes)) === (bits & 0xfn) ? bytes : null
}

/**
 * From the code the proof for the server (`recovery_proof`, which it keeps as a hash) and the key that wraps the private keys.
 * HKDF suffices here, with no slow hash: 128 random bits can't be guessed however fast one tries.
 * @param username compared without case
 * @param code the 16 bytes that `readRecoveryCode` gives
 */
export async function deriveRecovery(
  username: string,
  code: Uint8Array,
): Promise<{ proof: string; wrapKey: CryptoKey }> {
  const salt = await nameSalt('recovery', username)
  const secret = await hkdfSecret(ownBytes(code))
  const [proof, wrapKey] = await Promise.all([
    deriveText(secret, salt, 'chatnip v1 recovery proof'),
    deriveWrapKey(secret, salt, 'chatnip v1 recovery wrap'),
  ])
  return { proof, wrapKey }
}

/** The place of a whole word, or of the one word that begins so (from four letters on), or -1. */
const findWord = (list: readonly string[], typed: string): number => {
  const exact = list.indexOf(typed)
  return exact !== -1 || typed.length < 4 ? exact : list.findIndex((word) => word.startsWith(typed))
}

/** BIP 39: the first 128 / 32 bits of the bytes' SHA-256. */
const checksum = async (bytes: Bytes): Promise<bigint> => BigInt((await sha256(bytes))[0] ?? 0) >> CHECKSUM_BITS

const toInteger = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

const fromInteger = (value: bigint): Bytes =>
  Uint8Array.from({ length: CODE_BYTES }, (_, place) => Number((value >> BigInt(8 * (CODE_BYTES - 1 - place))) & 0xffn))
