import {
  deriveRecovery,
  deriveSecrets,
  makeIdentity,
  makeRecoveryCode,
  readRecoveryCode,
  wrapIdentity,
} from '@chatnip/crypto'
import type { Identity } from '@chatnip/crypto'
import { ChatnipError } from '@chatnip/protocol'
import type { WrappedKeys } from '@chatnip/protocol'
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

/** New keys for an account, with a new recovery code unless one is given. */
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
