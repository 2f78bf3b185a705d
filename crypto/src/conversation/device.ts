import type { Credential } from 'ts-mls/credential.js'
import { openBytes, sealBytes } from '../box.ts'
import { makeCredential, readCredential, writeCredential } from './credential.ts'
import type { Owner } from './credential.ts'
import { ConversationError } from './errors.ts'
import { makeHiding } from './hidden.ts'
import { pack, unpack } from './parts.ts'
import { suite } from './suite.ts'

/** One device of one account: its MLS signature key pair and what the account's key signed about it. Made once, for all conversations. */
export type Device = Owner

export interface DeviceKeys {
  readonly credential: Credential
  readonly publicKey: Uint8Array
  /** PKCS #8. */
  readonly signKey: Uint8Array
}

const { hide, reveal } = makeHiding<Device, DeviceKeys>('device')
export const keysOf = reveal

/**
 * @param owner names as the server knows them
 * @param signing the account's private signing key (`Identity.signing`)
 * @throws ConversationError `unreadable` for names that a credential can't hold
 */
export async function makeDevice(owner: Owner, signing: CryptoKey): Promise<Device> {
  const { publicKey, signKey } = await (await suite()).signature.keygen()
  const credential = await makeCredential(owner, signing, publicKey)
  const { account, device } = readCredential(credential)
  return hide({ account, device }, { credential, publicKey, signKey })
}

const CONTEXT = 'conversation device'

/** @param key AES-GCM, 256 bits; the device's box */
export async function saveDevice(device: Device, key: CryptoKey): Promise<Uint8Array> {
  const { credential, publicKey, signKey } = reveal(device)
  return sealBytes(key, pack([identityOf(credential), publicKey, signKey]), CONTEXT)
}

/** @throws ConversationError `damaged` */
export async function loadDevice(saved: Uint8Array, key: CryptoKey): Promise<Device> {
  const opened = await openBytes(key, saved, CONTEXT)
  const [identity, publicKey, signKey] = (opened === null ? null : unpack(opened)) ?? []
  if (identity === undefined || publicKey === undefined || signKey === undefined) throw new ConversationError('damaged')
  const parts = readCredential({ credentialType: 'basic', identity })
  return hide(
    { account: parts.account, device: parts.device },
    { credential: writeCredential(parts), publicKey, signKey },
  )
}

const identityOf = (credential: Credential): Uint8Array =>
  credential.credentialType === 'basic' ? credential.identity : new Uint8Array()
