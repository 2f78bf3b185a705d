import { Aes256Gcm, CipherSuite, HkdfSha512 } from '@hpke/core'
import { XWing } from '@hpke/hybridkem-x-wing'
import { expand, extract } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha512 } from '@noble/hashes/sha2.js'
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js'
import { constantTimeEqual, makeGenericHpke } from './library.ts'
import { ownBytes } from '../bytes.ts'

/**
 * The one suite: X-Wing (X25519 with ML-KEM-768) for keys, AES-256-GCM, SHA-512, Ed25519. Who records today and has a quantum computer
 * one day still has to break X25519 *and* ML-KEM; signatures are classical, they only have to hold while they are looked at.
 *
 * Hashing is by noble: a ratchet step is a few hashes of a few bytes, and asking WebCrypto takes six times as long as computing them.
 */
export const SUITE = 'MLS_256_XWING_AES256GCM_SHA512_Ed25519'

const AES = 'AES-GCM'
const ED25519 = 'Ed25519'

const importAes = (key: Uint8Array, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', ownBytes(key), AES, false, [usage])

const aesParameters = (nonce: Uint8Array, aad: Uint8Array) => ({
  name: AES,
  iv: ownBytes(nonce),
  additionalData: ownBytes(aad),
})

const aead = {
  async encrypt(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Promise<Uint8Array> {
    const sealing = await importAes(key, 'encrypt')
    return new Uint8Array(await crypto.subtle.encrypt(aesParameters(nonce, aad), sealing, ownBytes(plaintext)))
  },
  async decrypt(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array> {
    const opening = await importAes(key, 'decrypt')
    return new Uint8Array(await crypto.subtle.decrypt(aesParameters(nonce, aad), opening, ownBytes(ciphertext)))
  },
}

const signature: CiphersuiteImpl['signature'] = {
  async sign(signKey, message) {
    const key = await crypto.subtle.importKey('pkcs8', ownBytes(signKey), ED25519, false, ['sign'])
    return new Uint8Array(await crypto.subtle.sign(ED25519, key, ownBytes(message)))
  },
  async verify(publicKey, message, signed) {
    const key = await crypto.subtle.importKey('raw', ownBytes(publicKey), ED25519, false, ['verify'])
    return crypto.subtle.verify(ED25519, key, ownBytes(signed), ownBytes(message))
  },
  async keygen() {
    const pair = await crypto.subtle.generateKey(ED25519, true, ['sign', 'verify'])
    if (!('privateKey' in pair)) throw new TypeError('Ed25519 makes pairs.')
    return {
      publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)),
      signKey: new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)),
    }
  },
}

const makeSuite = async (): Promise<CiphersuiteImpl> => ({
  name: SUITE,
  hash: {
    digest: async (data) => sha512(data),
    mac: async (key, data) => hmac(sha512, key, data),
    verifyMac: async (key, mac, data) => constantTimeEqual(mac, hmac(sha512, key, data)),
  },
  kdf: {
    extract: async (salt, ikm) => extract(sha512, ikm, salt),
    expand: async (prk, info, length) => expand(sha512, prk, info, length),
    size: sha512.outputLen,
  },
  signature,
  hpke: await makeGenericHpke(
    { kem: 'X-Wing', kdf: 'HKDF-SHA512', aead: 'AES256GCM' },
    aead,
    new CipherSuite({ kem: new XWing(), kdf: new HkdfSha512(), aead: new Aes256Gcm() }),
  ),
  rng: { randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)) },
})

let made: Promise<CiphersuiteImpl> | undefined

/** Made at the first use: building the key encapsulation takes a moment. */
export const suite = (): Promise<CiphersuiteImpl> => (made ??= makeSuite())
