import { hash, randomFillSync } from 'node:crypto'
import type { suite as realSuite } from '../../crypto/src/conversation/suite.ts'

type Suite = Awaited<ReturnType<typeof realSuite>>
type PublicKey = Parameters<Suite['hpke']['seal']>[0]
type PrivateKey = Parameters<Suite['hpke']['open']>[0]

/**
 * In the place of `crypto/src/conversation/suite.ts` for long runs: one quick hash is everything, which takes a tenth of the time. **It protects
 * nothing**: who has a public key has the private one, and texts stand open. Everything else of a conversation, its trees and its checks above
 * all, is the same, and whoever comes with the wrong keys is noticed as before.
 */
export const SUITE = 'MLS_256_XWING_AES256GCM_SHA512_Ed25519'

const TAG = 16
const KEY = 32
const NONCE = 12

const sha = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(hash('sha512', Buffer.concat(parts), 'buffer'))

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0

const random = (count: number): Uint8Array => randomFillSync(new Uint8Array(count))

const tagOf = (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, text: Uint8Array): Uint8Array =>
  sha(key, nonce, aad, text).subarray(0, TAG)

const encrypt = (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, text: Uint8Array): Uint8Array =>
  new Uint8Array(Buffer.concat([text, tagOf(key, nonce, aad, text)]))

function decrypt(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  const text = sealed.slice(0, -TAG)
  if (!isSame(tagOf(key, nonce, aad, text), sealed.subarray(-TAG))) throw new RangeError('That is another key.')
  return text
}

function expand(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  let made = sha(prk, info)
  while (made.length < length) made = new Uint8Array(Buffer.concat([made, sha(prk, made)]))
  return made.subarray(0, length)
}

/** The library's key types are the browser's; it never looks into them. */
const keyOf = <T>(bytes: Uint8Array): T => ({ bytes: Uint8Array.from(bytes) }) as T
const bytesOf = (key: PublicKey | PrivateKey): Uint8Array => {
  if (!('bytes' in key) || !(key.bytes instanceof Uint8Array)) throw new TypeError('That is no key of this suite.')
  return key.bytes
}

const pairOf = (bytes: Uint8Array) => ({ privateKey: keyOf<PrivateKey>(bytes), publicKey: keyOf<PublicKey>(bytes) })

/** What both ends come to: the key, for one text or for export. */
const shared = (key: PublicKey | PrivateKey, enc: Uint8Array, info: Uint8Array): Uint8Array =>
  sha(bytesOf(key), enc, info).subarray(0, KEY)

const NOTHING = new Uint8Array()
const ONCE = new Uint8Array(NONCE)

const hpke: Suite['hpke'] = {
  async seal(key, text, info, aad = NOTHING) {
    const enc = random(KEY)
    return { ct: encrypt(shared(key, enc, info), ONCE, aad, text), enc }
  },
  open: async (...[key, enc, sealed, info, aad = NOTHING]) => decrypt(shared(key, enc, info), ONCE, aad, sealed),
  async exportSecret(key, context, length, info) {
    const enc = random(KEY)
    return { enc, secret: expand(shared(key, enc, info), context, length) }
  },
  importSecret: async (...[key, context, enc, length, info]) => expand(shared(key, enc, info), context, length),
  importPrivateKey: async (bytes) => keyOf(bytes),
  importPublicKey: async (bytes) => keyOf(bytes),
  exportPublicKey: async (key) => bytesOf(key),
  exportPrivateKey: async (key) => bytesOf(key),
  encryptAead: async (key, nonce, aad, text) => encrypt(key, nonce, aad ?? NOTHING, text),
  decryptAead: async (key, nonce, aad, sealed) => decrypt(key, nonce, aad ?? NOTHING, sealed),
  deriveKeyPair: async (seed) => pairOf(sha(seed).subarray(0, KEY)),
  generateKeyPair: async () => pairOf(random(KEY)),
  keyLength: KEY,
  nonceLength: NONCE,
}

const light: Suite = {
  name: SUITE,
  hash: {
    digest: async (data) => sha(data),
    mac: async (key, data) => sha(key, data),
    verifyMac: async (key, expected, data) => isSame(expected, sha(key, data)),
  },
  kdf: {
    extract: async (salt, ikm) => sha(salt, ikm),
    expand: async (prk, info, length) => expand(prk, info, length),
    size: 64,
  },
  signature: {
    sign: async (key, message) => sha(key, message),
    verify: async (key, message, signed) => isSame(signed, sha(key, message)),
    async keygen() {
      const key = random(KEY)
      return { publicKey: key, signKey: Uint8Array.from(key) }
    },
  },
  hpke,
  rng: { randomBytes: random },
}

export const suite = async (): Promise<Suite> => light
