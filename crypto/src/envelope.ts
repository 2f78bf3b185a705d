import { CompactEncrypt, CompactSign, compactDecrypt, compactVerify } from 'jose'
import { isCompact, isExactly, protectedHeader, utf8 } from './bytes.ts'
import { readPublicKey } from './identity.ts'
import type { Identity } from './identity.ts'
import type { Link } from './link.ts'
import { encodePayload } from './payload.ts'
import type { Body } from './payload.ts'

/**
 * The envelope: a JWE compact (RFC 7516) whose plaintext is a JWS compact (RFC 7515) over the payload. Signed inside, so that
 * the server does not see who signed what; sealed and signed with the one pair of algorithms that the headers below name, and
 * never with what a header asks for.
 */
const JWE_HEADER = { alg: 'RSA-OAEP-256', enc: 'A256GCM' } as const
/** `typ` keeps a signature made for a message from passing for one made for anything else (RFC 8725 section 3.11). */
const JWS_HEADER = { alg: 'PS256', typ: 'chatnip-message' } as const

/** Compression is refused: sizes would tell about the text. */
const DECRYPT = {
  keyManagementAlgorithms: ['RSA-OAEP-256'],
  contentEncryptionAlgorithms: ['A256GCM'],
  maxDecompressedLength: 0,
} satisfies Parameters<typeof compactDecrypt>[2]
const VERIFY = { algorithms: ['PS256'] }

export interface Letter {
  /** The message's id, as on the wire. */
  readonly id: string
  readonly from: string
  /** The addressee. In the copy for one's own other devices too, which alone is sealed for one's own key. */
  readonly to: string
  /** The sender's clock, Unix ms. */
  readonly at: number
  /** Its place among what this device sends in this conversation; without it nobody can see what is missing. */
  readonly link?: Link | null
  readonly body: Body
}

/**
 * Signs and seals one letter for one account. Each call gives other bytes: save the result before the first send, so that a
 * repeated send is the same message.
 * @param recipientPublicKey the account's `public_key`, of our format (`readPublicKey` is not null)
 * @throws BodyTooLong (a RangeError) when the envelope would exceed 64 KiB; TypeError when the key is of another format
 */
export async function seal(letter: Letter, sender: Identity, recipientPublicKey: string): Promise<string> {
  const recipient = await readPublicKey(recipientPublicKey)
  if (recipient === null) {
    throw new TypeError('Nothing can be sealed for that public key: it is not of the form that envelopes need.')
  }
  const payload = encodePayload({ ...letter, link: letter.link ?? null, key: recipient.encryptingThumbprint })
  const signed = await new CompactSign(payload).setProtectedHeader(JWS_HEADER).sign(sender.signing)
  return new CompactEncrypt(utf8(signed)).setProtectedHeader(JWE_HEADER).encrypt(recipient.encrypting)
}

/** Whether a text has the form of a compact JWE: five base64url parts, of which the first is a header that names `alg` and `enc`. */
export function looksSealed(text: string): boolean {
  if (!/^[\w-]+(?:\.[\w-]*){4}$/.test(text)) return false
  const header = protectedHeader(text)
  return typeof header?.['alg'] === 'string' && typeof header['enc'] === 'string'
}

/** The signed text within, or null: whatever the cause, the answer is the same, so that nobody learns from it about the key. */
export async function unseal(envelope: string, recipient: Identity): Promise<string | null> {
  if (!isCompact(envelope, 5)) return null
  try {
    return new TextDecoder().decode((await compactDecrypt(envelope, recipient.decrypting, DECRYPT)).plaintext)
  } catch {
    return null
  }
}

/** The payload's bytes when `publicKey` made the signature over it, for what `typ` names; else null. */
export async function verifiedPayload(
  signed: string,
  publicKey: string,
  typ: string = JWS_HEADER.typ,
): Promise<Uint8Array | null> {
  const signer = await readPublicKey(publicKey)
  if (signer === null || !isCompact(signed, 3) || !isExactly(protectedHeader(signed), { ...JWS_HEADER, typ }))
    return null
  try {
    return (await compactVerify(signed, signer.verifying, VERIFY)).payload
  } catch {
    return null
  }
}
