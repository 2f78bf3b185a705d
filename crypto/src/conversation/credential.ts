import type { Credential } from 'ts-mls/credential.js'
import { utf8 } from '../bytes.ts'
import type { Bytes } from '../bytes.ts'
import { PSS, readPublicKey } from '../identity.ts'
import { base64url } from 'jose'
import { ConversationError } from './errors.ts'

/**
 * A device's credential (RFC 9420 section 5.3, type basic): version 1, account and device each after its length in a byte, and then the
 * account's RSA-PSS signature over both names and the device's MLS signature key. Verifying a person once verifies all their devices.
 *
 * What is signed begins with a label of its own and holds line breaks, which no JWS signing input does: neither can pass for the other.
 */

/** Whose device. */
export interface Owner {
  /** The account's name, in lower case. */
  readonly account: string
  /** The server's name for the device. */
  readonly device: string
}

/** By account name in lower case: the `public_key` texts that may sign for its devices, in practice the pinned one. */
export type Pins = ReadonlyMap<string, readonly string[]>

export interface CredentialParts extends Owner {
  readonly signature: Uint8Array
}

const VERSION = 1
const ACCOUNT = /^[a-z0-9._-]{1,32}$/
const DEVICE = /^[A-Za-z0-9._-]{1,64}$/
const PSS_PARAMETERS = { name: PSS.name, saltLength: 32 }

export const sameOwner = (a: Owner, b: Owner): boolean => a.account === b.account && a.device === b.device

/**
 * @param owner names as the server knows them; the account's case does not matter
 * @param signing the account's signing key (RSA-PSS)
 * @param signatureKey the device's public MLS key (Ed25519, raw)
 */
export async function makeCredential(owner: Owner, signing: CryptoKey, signatureKey: Uint8Array): Promise<Credential> {
  const named = { account: owner.account.toLowerCase(), device: owner.device }
  if (!ACCOUNT.test(named.account) || !DEVICE.test(named.device)) throw new ConversationError('unreadable')
  const signature = await crypto.subtle.sign(PSS_PARAMETERS, signing, signedBytes(named, signatureKey))
  return writeCredential({ ...named, signature: new Uint8Array(signature) })
}

export function writeCredential({ account, device, signature }: CredentialParts): Credential {
  const [accountBytes, deviceBytes] = [utf8(account), utf8(device)]
  const identity = new Uint8Array([
    VERSION,
    accountBytes.length,
    ...accountBytes,
    deviceBytes.length,
    ...deviceBytes,
    ...signature,
  ])
  return { credentialType: 'basic', identity }
}

/** Reads the form alone. @throws ConversationError `unreadable` or `version_unknown` */
export function readCredential(credential: Credential): CredentialParts {
  if (credential.credentialType !== 'basic') throw new ConversationError('unreadable')
  const { identity } = credential
  if (identity[0] !== VERSION)
    throw new ConversationError((identity[0] ?? 0) > VERSION ? 'version_unknown' : 'unreadable')
  const accountEnd = 2 + (identity[1] ?? 0)
  const deviceEnd = accountEnd + 1 + (identity[accountEnd] ?? 0)
  const account = asText(identity.subarray(2, accountEnd))
  const device = asText(identity.subarray(accountEnd + 1, deviceEnd))
  if (deviceEnd > identity.length || !ACCOUNT.test(account) || !DEVICE.test(device)) {
    throw new ConversationError('unreadable')
  }
  return { account, device, signature: identity.subarray(deviceEnd) }
}

/**
 * Whether one of the account's pinned keys signed for this device and key.
 * @throws ConversationError `not_pinned` when nothing is pinned for the account, otherwise `not_vouched`
 */
export async function checkCredential(parts: CredentialParts, signatureKey: Uint8Array, pins: Pins): Promise<void> {
  const { account, signature } = parts
  const keys = pins.get(account)
  if (keys === undefined) throw new ConversationError('not_pinned', { accounts: [account] })
  const signed = signedBytes(parts, signatureKey)
  for (const text of keys) {
    const key = await importOnce(text, pins)
    const own = new Uint8Array(signature)
    if (key !== null && (await crypto.subtle.verify(PSS_PARAMETERS, key, own, signed))) return
  }
  throw new ConversationError('not_vouched', { accounts: [account] })
}

const imported = new WeakMap<Pins, Map<string, Promise<CryptoKey | null>>>()

/** Reading a key takes longer than checking a signature with it, and a person has many devices. */
async function importOnce(text: string, pins: Pins): Promise<CryptoKey | null> {
  const known = imported.get(pins) ?? new Map<string, Promise<CryptoKey | null>>()
  imported.set(pins, known)
  const key = known.get(text) ?? readPublicKey(text).then((read) => read?.verifying ?? null)
  known.set(text, key)
  return key
}

const asText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const signedBytes = ({ account, device }: Owner, signatureKey: Uint8Array): Bytes =>
  utf8(`chatnip v1 device\n${account}\n${device}\n${base64url.encode(signatureKey)}`)
