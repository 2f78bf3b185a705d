import { CompactEncrypt, CompactSign } from 'jose'
import identities from '../vectors/identities.json' with { type: 'json' }
import { utf8 } from './bytes.ts'
import { OAEP, PSS, readPublicKey } from './identity.ts'
import type { Identity } from './identity.ts'

/** For tests: people whose keys stand in the vectors (making RSA keys takes a second), and a pen for wrong letters. */

export const PEOPLE = identities.people

export async function person(name: keyof typeof PEOPLE): Promise<Identity> {
  const { private_keys, public_key } = PEOPLE[name]
  const [sig, enc] = private_keys.keys
  if (sig === undefined || enc === undefined) throw new Error('The vectors lack a key.')
  const [signing, decrypting] = await Promise.all([
    crypto.subtle.importKey('jwk', sig, PSS, true, ['sign']),
    crypto.subtle.importKey('jwk', enc, OAEP, true, ['decrypt']),
  ])
  return { signing, decrypting, publicKey: public_key }
}

/** A JWS over anything, by default with the right header. */
export const sign = (payload: unknown, signing: CryptoKey, header = { alg: 'PS256', typ: 'chatnip-message' }) =>
  new CompactSign(utf8(JSON.stringify(payload))).setProtectedHeader(header).sign(signing)

/** A JWE over any text, by default with the right header. */
export async function encryptFor(
  publicKey: string,
  text: string,
  header: { alg: string; enc: string; zip?: string } = { alg: 'RSA-OAEP-256', enc: 'A256GCM' },
): Promise<string> {
  const recipient = await readPublicKey(publicKey)
  if (recipient === null) throw new Error('Not a public key of our form.')
  return new CompactEncrypt(utf8(text)).setProtectedHeader(header).encrypt(recipient.encrypting)
}
