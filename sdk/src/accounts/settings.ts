import { makeRecoveryCode, unwrapIdentity, wrapIdentity } from '@chatnip/crypto'
import type { Identity } from '@chatnip/crypto'
import { ChatnipError } from '@chatnip/protocol'
import { NetworkError } from '../ports.ts'
import type { AccountPorts } from './deps.ts'
import { keysAfter, recoverySecrets, secretsOf, wrapBoth } from './new-keys.ts'
import { sameKeys } from './recover.ts'
import type { Secrets } from './new-keys.ts'
import { openLocal, settleIn } from './sign-in.ts'
import { KeysUnreadable } from './keys-unreadable.ts'

/** What somebody who is signed in changes about the account. Each asks for the password, since a session alone must not do. */

interface Owner {
  readonly username: string
  readonly password: string
}

/**
 * Every other session ends.
 * @throws ChatnipError wrong_password, not_signed_in
 * @throws KeysUnreadable
 */
export async function changePassword(
  ports: AccountPorts,
  { username, password, newPassword }: Owner & { readonly newPassword: string },
): Promise<void> {
  const before = await secretsOf(ports, username, password)
  const identity = await openStoredKeys(ports, before)
  const after = await secretsOf(ports, username, newPassword)
  await ports.transport.call('reset_password', {
    old_password: before.wirePassword,
    new_password: after.wirePassword,
    wrapped_keys: { by_password: await wrapIdentity(identity, after.wrapKey) },
  })
}

/**
 * The earlier code opens nothing any more.
 * @returns the new code, to be shown once
 * @throws ChatnipError wrong_password, not_signed_in
 * @throws KeysUnreadable
 */
export async function newRecoveryCode(ports: AccountPorts, { username, password }: Owner): Promise<string> {
  const secrets = await secretsOf(ports, username, password)
  const identity = await openStoredKeys(ports, secrets)
  const recoveryCode = await makeRecoveryCode()
  const wrapped = await wrapBoth(identity, secrets, await recoverySecrets(username, recoveryCode))
  await ports.transport.call('store_wrapped_keys', { password: secrets.wirePassword, wrapped_keys: wrapped })
  return recoveryCode
}

/** An extractable copy, only for wrapping it anew. */
async function openStoredKeys({ transport }: AccountPorts, { wrapKey }: Secrets): Promise<Identity> {
  const stored = await transport.call('fetch_wrapped_keys', {})
  if (stored.by_password === undefined) throw new KeysUnreadable()
  const identity = await unwrapIdentity(stored.by_password, wrapKey, { extractable: true })
  // The wrap key comes from the password, so a wrong password looks like this; a copy of other keys must not be kept on.
  if (identity === null) throw new ChatnipError('wrong_password')
  if (!(await sameKeys(identity.publicKey, stored.public_key))) throw new KeysUnreadable()
  return identity
}

/**
 * New keys for the account. Contacts are told; other devices must sign in again. The old recovery code opens nothing any more.
 * Stop the messenger before and make a new one after it.
 * @returns the new recovery code, to be shown once
 * @throws ChatnipError wrong_password, not_signed_in
 */
export async function newKeys(ports: AccountPorts, { username, password }: Owner): Promise<string> {
  const local = await openLocal(ports, username)
  if (local.keys === null) throw new ChatnipError('not_signed_in')
  const secrets = await secretsOf(ports, username, password)
  const { identity, wrapped, recoveryCode } = await keysAfter(local.keys, secrets)
  await ports.transport.call('reset_public_key', {
    password: secrets.wirePassword,
    new_public_key: identity.publicKey,
    wrapped_keys: wrapped,
  })
  const { deviceId, session: sessionId } = local.keys
  await settleIn(local, { username: local.keys.username, deviceId, sessionId }, identity)
  return recoveryCode
}

/**
 * Ends the session. With `forget` the device is given up and everything that it holds is erased here, also when the server cannot
 * be reached (the device can then be removed from another one). Stop the messenger first.
 * @throws NetworkError without `forget`
 */
export async function logOut(
  ports: AccountPorts,
  { username, forget }: { readonly username: string; readonly forget: boolean },
): Promise<void> {
  try {
    await ports.transport.call('end_session', forget ? { forget_device: true } : {})
  } catch (error) {
    const isOver = error instanceof ChatnipError && error.code === 'not_signed_in'
    if (!isOver && !(forget && error instanceof NetworkError)) throw error
  }
  ports.transport.setSession(null)
  if (forget) await erase(ports, username)
}

/**
 * The account and everything of it here. It cannot be undone. Stop the messenger first.
 * @throws ChatnipError wrong_password, not_signed_in
 */
export async function deleteAccount(ports: AccountPorts, { username, password }: Owner): Promise<void> {
  const { wirePassword } = await secretsOf(ports, username, password)
  await ports.transport.call('delete_user', { password: wirePassword })
  ports.transport.setSession(null)
  await erase(ports, username)
}

/** Keys first: without them the rows are noise, whatever interrupts this. */
async function erase(ports: AccountPorts, username: string): Promise<void> {
  const { stores } = await openLocal(ports, username)
  await stores.keys.clear()
  await stores.rows.clear()
}
