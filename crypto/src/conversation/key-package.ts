import { base64url } from 'jose'
import type { KeyPackage, PrivateKeyPackage } from 'ts-mls/keyPackage.js'
import { openBytes, sealBytes } from '../box.ts'
import { ownerOf } from './tree.ts'
import { readCredential } from './credential.ts'
import type { Owner, Pins } from './credential.ts'
import { keysOf } from './device.ts'
import type { Device } from './device.ts'
import { ConversationError } from './errors.ts'
import { makeHiding } from './hidden.ts'
import { makeJudge } from './judge.ts'
import {
  constantTimeEqual,
  generateKeyPackageWithKey,
  makeKeyPackageRef,
  verifyKeyPackage,
  verifyLeafNodeSignatureKeyPackage,
} from './library.ts'
import { pack, unpack } from './parts.ts'
import { suite, SUITE } from './suite.ts'
import { readWire, writeWire } from './wire.ts'

/** Key packages (RFC 9420 section 10): with one of them anybody can bring the device into a conversation while it sleeps. */

/** What the device keeps of a key package until somebody used it. */
export interface KeyPackagePair {
  /** The key package's reference (RFC 9420 section 5.2), base64url. A welcome names it. */
  readonly id: string
  /** What is published: the server hands each out once, but for the last resort. */
  readonly keyPackage: Uint8Array
}

export interface PrivateKeys {
  readonly published: KeyPackage
  readonly secrets: PrivateKeyPackage
}

/** What others can read in a key package. */
export interface KeyPackageInfo extends Owner {
  readonly id: string
  /** Unix seconds. */
  readonly notBefore: number
  readonly notAfter: number
  /** May be handed out again when there is no other. */
  readonly isLastResort: boolean
}

export interface KeyPackageOptions {
  /** Unix seconds. Our clock may be ahead of others': the package is valid from an hour before. */
  readonly now: number
  /** How long it may be used; then the device deletes its part. */
  readonly days: number
  readonly isLastResort?: boolean
}

/** The number that draft-ietf-mls-extensions gives to last-resort key packages. */
const LAST_RESORT = 0x000a
const CONTEXT = 'conversation key package'
const { hide, reveal } = makeHiding<KeyPackagePair, PrivateKeys>('key package')
export const privateKeysOf = reveal

export async function makeKeyPackage(device: Device, options: KeyPackageOptions): Promise<KeyPackagePair> {
  const { credential, publicKey, signKey } = keysOf(device)
  const capabilities = {
    versions: ['mls10' as const],
    ciphersuites: [SUITE],
    extensions: [LAST_RESORT],
    proposals: [],
    credentials: ['basic' as const],
  } satisfies KeyPackage['leafNode']['capabilities']
  const lifetime = {
    notBefore: BigInt(Math.max(0, Math.floor(options.now) - 3600)),
    notAfter: BigInt(Math.floor(options.now) + Math.floor(options.days * 86_400)),
  }
  const extensions =
    options.isLastResort === true ? [{ extensionType: LAST_RESORT, extensionData: new Uint8Array() }] : []
  const { publicPackage, privatePackage } = await generateKeyPackageWithKey(
    credential,
    capabilities,
    lifetime,
    extensions,
    { signKey, publicKey },
    await suite(),
  )
  return pairOf(publicPackage, privatePackage)
}

/**
 * Reads and checks somebody's key package before it is used.
 * @param pins what is pinned for the account that the caller means to add
 * @param now Unix seconds; null: its lifetime is not looked at, for a caller whose clock may be wrong
 * @throws ConversationError `unreadable`, `version_unknown`, `forged`, `expired`, `not_vouched`, `not_pinned`
 */
export async function readKeyPackage(bytes: Uint8Array, pins: Pins, now: number | null): Promise<KeyPackageInfo> {
  return (await openKeyPackage(bytes, pins, now)).info
}

export async function openKeyPackage(
  bytes: Uint8Array,
  pins: Pins,
  now: number | null,
): Promise<{ readonly info: KeyPackageInfo; readonly keyPackage: KeyPackage }> {
  const { keyPackage } = await readWire('keyPackage', bytes)
  const { leafNode } = keyPackage
  const owner = ownerOf(readCredential(leafNode.credential))
  const judge = makeJudge(pins)
  await judge.preside('forged', async () => {
    const cs = await suite()
    const isSigned =
      keyPackage.cipherSuite === SUITE &&
      (await verifyLeafNodeSignatureKeyPackage(leafNode, cs.signature)) &&
      (await verifyKeyPackage(keyPackage, cs.signature)) &&
      !constantTimeEqual(keyPackage.initKey, leafNode.hpkePublicKey)
    if (!isSigned) throw new ConversationError('forged')
    await judge.config.authService.validateCredential(leafNode.credential, leafNode.signaturePublicKey)
  })
  if (leafNode.leafNodeSource !== 'key_package') throw new ConversationError('unreadable')
  const [notBefore, notAfter] = [Number(leafNode.lifetime.notBefore), Number(leafNode.lifetime.notAfter)]
  if (now !== null && (now < notBefore || now > notAfter)) throw new ConversationError('expired')
  const isLastResort = keyPackage.extensions.some(({ extensionType }) => extensionType === LAST_RESORT)
  return { info: { ...owner, id: await idOf(keyPackage), notBefore, notAfter, isLastResort }, keyPackage }
}

/** The ids of the key packages that a welcome is for. @throws ConversationError `unreadable`, `version_unknown` */
export async function welcomedKeyPackages(welcome: Uint8Array): Promise<readonly string[]> {
  const read = await readWire('welcome', welcome)
  // Nothing authenticates it there and the library does not look; what it says has to be true all the same.
  if (read.welcome.cipherSuite !== SUITE) throw new ConversationError('unreadable')
  return read.welcome.secrets.map(({ newMember }) => base64url.encode(newMember))
}

/** @param key AES-GCM, 256 bits; the device's box */
export async function saveKeyPackage(pair: KeyPackagePair, key: CryptoKey): Promise<Uint8Array> {
  const { secrets } = reveal(pair)
  const parts = [pair.keyPackage, secrets.initPrivateKey, secrets.hpkePrivateKey, secrets.signaturePrivateKey]
  return sealBytes(key, pack(parts), CONTEXT)
}

/** @throws ConversationError `damaged` */
export async function loadKeyPackage(saved: Uint8Array, key: CryptoKey): Promise<KeyPackagePair> {
  const opened = await openBytes(key, saved, CONTEXT)
  const [wire, initPrivateKey, hpkePrivateKey, signaturePrivateKey] = (opened === null ? null : unpack(opened)) ?? []
  if (wire === undefined || !initPrivateKey || !hpkePrivateKey || !signaturePrivateKey) {
    throw new ConversationError('damaged')
  }
  const { keyPackage } = await readWire('keyPackage', wire)
  return pairOf(keyPackage, { initPrivateKey, hpkePrivateKey, signaturePrivateKey })
}

const pairOf = async (published: KeyPackage, secrets: PrivateKeyPackage): Promise<KeyPackagePair> =>
  hide(
    {
      id: await idOf(published),
      keyPackage: writeWire('keyPackage', { wireformat: 'mls_key_package', keyPackage: published }),
    },
    { published, secrets },
  )

const idOf = async (keyPackage: KeyPackage): Promise<string> =>
  base64url.encode(await makeKeyPackageRef(keyPackage, (await suite()).hash))
