import { fingerprint, unwrapIdentity } from '@chatnip/crypto'
import { ChatnipError } from '@chatnip/protocol'
import type { AccountPorts } from './deps.ts'
import { freshKeys, recoverySecrets, secretsOf, wrapBoth } from './new-keys.ts'

/** Forgotten passwords. Both flows end with the new password set and nobody signed in: log in next. */

export interface RecoverInput {
  readonly username: string
  readonly recoveryCode: string
  readonly newPassword: string
}

/**
 * Everything back by the recovery code; the code stays the same.
 * @returns `keys missing` when the copy behind the code cannot be used; then nothing was changed
 * @throws ChatnipError wrong_recovery, account_disabled, too_many
 */
export async function recover(
  ports: AccountPorts,
  { username, recoveryCode, newPassword }: RecoverInput,
): Promise<{ readonly outcome: 'recovered' | 'keys missing' }> {
  const recovery = await recoverySecrets(username, recoveryCode)
  const { transport } = ports
  const stored = await transport.call('fetch_recovery', { username, recovery_proof: recovery.proof })
  const identity = await unwrapIdentity(stored.by_recovery, recovery.wrapKey, { extractable: true })
  const isTheirs = identity !== null && (await sameKeys(identity.publicKey, stored.public_key))
  if (!isTheirs) return { outcome: 'keys missing' }
  const secrets = await secretsOf(ports, username, newPassword)
  await transport.call('recover_account', {
    username,
    recovery_proof: recovery.proof,
    new_password: secrets.wirePassword,
    wrapped_keys: await wrapBoth(identity, secrets, recovery),
  })
  return { outcome: 'recovered' }
}

export const sameKeys = async (a: string, b: string): Promise<boolean> =>
  (await fingerprint(a)) === (await fingerprint(b))

export interface RecoverFreshInput {
  readonly username: string
  /** The one-time code that the people who run the server hand out. */
  readonly freshStartCode: string
  readonly newPassword: string
}

/**
 * Neither password nor recovery code: new keys, by a code from the people who run the server. What was written for the old keys
 * stays unreadable, and contacts are told.
 * @throws ChatnipError wrong_recovery, account_disabled, too_many
 */
export async function recoverFresh(
  ports: AccountPorts,
  { username, freshStartCode, newPassword }: RecoverFreshInput,
): Promise<{ readonly recoveryCode: string }> {
  if (freshStartCode.trim().length < 8) throw new ChatnipError('wrong_recovery')
  const secrets = await secretsOf(ports, username, newPassword)
  const { identity, wrapped, recoveryCode } = await freshKeys(username, secrets)
  await ports.transport.call('recover_account', {
    username,
    fresh_start: freshStartCode.trim(),
    new_password: secrets.wirePassword,
    new_public_key: identity.publicKey,
    wrapped_keys: wrapped,
  })
  return { recoveryCode }
}
