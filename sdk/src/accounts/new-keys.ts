import {
  deriveRecovery,
  deriveSecrets,
  makeIdentity,
  makeRecoveryCode,
  readRecoveryCode,
  vouchFor,
  wrapIdentity,
} from '@chatnip/crypto'
import type { Identity } from '@chatnip/crypto'
import { ChatnipError } from '@chatnip/protocol'
import type { WrappedKeys } from '@chatnip/protocol'
import type { DeviceKeys } from '../device-keys.ts'
import type { AccountPorts } from './deps.ts'

export interface Secrets {
  /** What the wire calls the password. */
  readonly wirePassword: string
  /** Opens the copy of the keys; never leaves the device. */
  readonly wrapKey: CryptoKey
}

export const secretsOf = (ports: AccountPorts, username: string, password: string): Promise<Secrets> =>
  deriveSecrets(username, password, ports.argon2)

/** @throws ChatnipError wrong_recovery when the code is not one (a wrong word, a word missing) */
export async function recoverySecrets(
  username: string,
  recoveryCode: string,
): Promise<{ readonly proof: string; readonly wrapKey: CryptoKey }> {
  const code = await readRecoveryCode(recoveryCode)
  if (code === null) throw new ChatnipError('wrong_recovery')
  return deriveRecovery(username, code)
}

/** The copies of an identity that the server keeps: one for the password, one for the recovery code. */
export async function wrapBoth(
  identity: Identity,
  secrets: Pick<Secrets, 'wrapKey'>,
  recovery: { readonly proof: string; readonly wrapKey: CryptoKey },
): Promise<WrappedKeys> {
  const [byPassword, byRecovery] = await Promise.all([
    wrapIdentity(identity, secrets.wrapKey),
    wrapIdentity(identity, recovery.wrapKey),
  ])
  return { by_password: byPassword, by_recovery: byRecovery, recovery_proof: recovery.proof }
}

export interface FreshKeys {
  readonly identity: Identity
  readonly wrapped: WrappedKeys
  /** To be shown once. */
  readonly recoveryCode: string
}

/**
 * New keys for an account, with a new recovery code unless one is given. They vouch for nothing: at sign-up there is nothing before
 * them, and who starts afresh has only the server's word for what was.
 */
export async function freshKeys(
  username: string,
  secrets: Pick<Secrets, 'wrapKey'>,
  code?: string,
): Promise<FreshKeys> {
  const recoveryCode = code ?? (await makeRecoveryCode())
  const recovery = await recoverySecrets(username, recoveryCode)
  const identity = await makeIdentity()
  return { identity, wrapped: await wrapBoth(identity, secrets, recovery), recoveryCode }
}

/**
 * New keys in the place of those that this device holds, and vouching for them: who meets the account only now can check by that
 * what is still on its way. The keys of before come from the device's own sealed record, never from the server.
 */
export async function keysAfter(held: DeviceKeys, secrets: Pick<Secrets, 'wrapKey'>): Promise<FreshKeys> {
  const fresh = await freshKeys(held.username, secrets)
  const about = { account: held.username, at: Date.now() }
  return { ...fresh, identity: await vouchFor(fresh.identity, [held.identity, ...held.earlier], about) }
}
