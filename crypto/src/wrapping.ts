import { CompactEncrypt, compactDecrypt } from 'jose'
import { isCompact, isExactly, isRecord, parseRecord, utf8 } from './bytes.ts'
import { KEY_ALGORITHMS, OAEP, PSS, publicKeyText, readModuli, readPublicKey } from './identity.ts'
import type { Identity } from './identity.ts'

/**
 * The private keys as the server keeps them: a JWE (dir, A256GCM) over the private JWK Set, under a key that the server never
 * sees. Purpose and version stand in the protected header and are thereby authenticated.
 */
const HEADER = { alg: 'dir', enc: 'A256GCM', typ: 'chatnip-keys', v: 1 } as const
const ALLOWED = {
  keyManagementAlgorithms: ['dir'],
  contentEncryptionAlgorithms: ['A256GCM'],
  maxDecompressedLength: 0,
} satisfies Parameters<typeof compactDecrypt>[2]

/**
 * @param identity with extractable private keys
 * @param wrapKey from `deriveSecrets` or `deriveRecovery`
 */
export async function wrapIdentity(identity: Identity, wrapKey: CryptoKey): Promise<string> {
  const [sig, enc] = await Promise.all([
    crypto.subtle.exportKey('jwk', identity.signing),
    crypto.subtle.exportKey('jwk', identity.decrypting),
  ])
  const keys = [privateJwk(sig, 'sig'), privateJwk(enc, 'enc')]
  return new CompactEncrypt(utf8(JSON.stringify({ keys }))).setProtectedHeader(HEADER).encrypt(wrapKey)
}

/**
 * The public key of the result is derived from the private keys and never taken from elsewhere, so that a server can't pair
 * somebody's private keys with another public key; compare its fingerprint with what the server shows to others.
 * @param options `extractable`: true only for wrapping anew (a changed password, a new recovery code)
 * @returns null when the key is another one, or the text damaged or of another form; never throws for what the text holds
 */
export async function unwrapIdentity(
  text: string,
  wrapKey: CryptoKey,
  options: { extractable: boolean },
): Promise<Identity | null> {
  if (!isCompact(text, 5)) return null
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(text, wrapKey, ALLOWED)
    if (!isExactly({ ...protectedHeader }, HEADER)) return null
    const identity = await importPrivate(plaintext, options.extractable)
    return identity !== null && (await belongsTogether(identity)) ? identity : null
  } catch {
    return null
  }
}

/** Only the members that are part of an RSA private key (RFC 7518 section 6.3), without what a browser adds about usage. */
const privateJwk = ({ kty, n, e, d, p, q, dp, dq, qi }: JsonWebKey, use: 'sig' | 'enc'): Record<string, unknown> => ({
  kty,
  use,
  alg: KEY_ALGORITHMS[use],
  n,
  e,
  d,
  p,
  q,
  dp,
  dq,
  qi,
})

const importPrivate = async (plaintext: Uint8Array, extractable: boolean): Promise<Identity | null> => {
  const keySet = parseRecord(plaintext)
  const moduli = readModuli(JSON.stringify(keySet))
  if (moduli === null) return null
  const [signing, decrypting] = await Promise.all([
    crypto.subtle.importKey('jwk', findJwk(keySet, 'sig'), PSS, extractable, ['sign']),
    crypto.subtle.importKey('jwk', findJwk(keySet, 'enc'), OAEP, extractable, ['decrypt']),
  ])
  return { signing, decrypting, publicKey: publicKeyText(moduli) }
}

/** `readModuli` has seen that there is just one for each use. */
const findJwk = (keySet: Record<string, unknown> | null, use: 'sig' | 'enc'): JsonWebKey => {
  const keys: unknown = keySet?.['keys']
  const found = Array.isArray(keys) ? keys.filter(isRecord).find((key) => key['use'] === use) : undefined
  return privateJwk(found ?? {}, use)
}

/** Uses both keys once: importing alone does not notice when a modulus and its private exponent are of two keys. */
const belongsTogether = async ({ signing, decrypting, publicKey }: Identity): Promise<boolean> => {
  const ours = await readPublicKey(publicKey)
  if (ours === null) return false
  const probe = crypto.getRandomValues(new Uint8Array(32))
  const pss = { name: PSS.name, saltLength: 32 }
  const signature = await crypto.subtle.sign(pss, signing, probe)
  const sealed = await crypto.subtle.encrypt(OAEP, ours.encrypting, probe)
  const opened = new Uint8Array(await crypto.subtle.decrypt(OAEP, decrypting, sealed))
  return (
    (await crypto.subtle.verify(pss, ours.verifying, signature, probe)) &&
    probe.every((byte, at) => byte === opened[at])
  )
}
