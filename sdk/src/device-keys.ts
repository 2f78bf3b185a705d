import { makeBox, openBytes, sealBytes } from '@chatnip/crypto'
import type { Identity } from '@chatnip/crypto'
import type { KeyRecord } from './ports.ts'

/** What makes this device this account's device. */
export interface DeviceKeys {
  /** Seals every row. */
  readonly box: CryptoKey
  /** Hashes message ids into row keys. */
  readonly index: CryptoKey
  readonly identity: Identity
  /** Identities that the account had before: what was sealed for them may still arrive. Newest first. */
  readonly earlier: readonly Identity[]
  readonly username: string
  readonly deviceId: string
  /** For transports without cookies. */
  readonly session: string | null
}

/** What of `DeviceKeys` is not a CryptoKey. */
interface Sealed {
  readonly username: string
  readonly deviceId: string
  readonly session: string | null
  readonly publicKeys: readonly string[]
}

const CONTEXT = 'device keys'

export async function makeDeviceSecrets(): Promise<{ box: CryptoKey; index: CryptoKey }> {
  const index = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return { box: await makeBox(), index }
}

export async function packKeys(keys: DeviceKeys): Promise<KeyRecord> {
  const { box, index, username, deviceId, session } = keys
  const identities = [keys.identity, ...keys.earlier]
  const rest: Sealed = { username, deviceId, session, publicKeys: identities.map(({ publicKey }) => publicKey) }
  return {
    box,
    index,
    identities: identities.map(({ signing, decrypting }) => ({ signing, decrypting })),
    sealed: await sealBytes(box, new TextEncoder().encode(JSON.stringify(rest)), CONTEXT),
  }
}

/** @returns null when the record is damaged */
export async function unpackKeys(record: KeyRecord): Promise<DeviceKeys | null> {
  const bytes = await openBytes(record.box, record.sealed, CONTEXT)
  if (bytes === null) return null
  // Authenticated: these are the bytes that `packKeys` wrote.
  const { publicKeys, ...rest }: Sealed = JSON.parse(new TextDecoder().decode(bytes))
  const [identity, ...earlier] = record.identities.map((keys, at) => ({ ...keys, publicKey: publicKeys[at] ?? '' }))
  return identity === undefined ? null : { box: record.box, index: record.index, identity, earlier, ...rest }
}
