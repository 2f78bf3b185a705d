import { deriveRecovery, deriveSecrets, makeRecoveryCode, readRecoveryCode, wrapIdentity } from '@chatnip/crypto'
import type { Argon2, Identity } from '@chatnip/crypto'
import type { Clock, Messenger } from '@chatnip/sdk'
import type { AccountPorts } from '@chatnip/sdk/accounts'
import type { TestServer } from '@chatnip/server/testing'
import { call } from '../../api/kit/exchange.ts'
import { knownBlanks, must } from '../../api/kit/people.ts'
import { online, PASSWORD, Seat } from '../../scenarios/people.ts'

/** What Argon2id protects against, guessing, is not what these tests are about. */
const quickArgon2: Argon2 = async ({ password, salt, length }) => {
  const bytes = new Uint8Array([...salt, ...password])
  return new Uint8Array(await crypto.subtle.digest('SHA-512', bytes)).subarray(0, length)
}

/** A seat whose password is quickly stretched. */
export class QuickSeat extends Seat {
  override get ports(): AccountPorts {
    return { ...super.ports, argon2: quickArgon2 }
  }
}

export interface Account {
  readonly username: string
  readonly identity: Identity
  readonly recoveryCode: string
}

export const secretsOf = (username: string): ReturnType<typeof deriveSecrets> =>
  deriveSecrets(username, PASSWORD, quickArgon2)

/** Makes an account as our clients do, with keys that are there already: making RSA keys takes a second. */
export async function makeAccount(server: TestServer, username: string, identity: Identity): Promise<Account> {
  const recoveryCode = await makeRecoveryCode()
  const { wirePassword, wrapKey } = await secretsOf(username)
  const code = await readRecoveryCode(recoveryCode)
  if (code === null) throw new Error('That is no recovery code.')
  const recovery = await deriveRecovery(username, code)
  const wrapped = {
    by_password: await wrapIdentity(identity, wrapKey),
    by_recovery: await wrapIdentity(identity, recovery.wrapKey),
    recovery_proof: recovery.proof,
  }
  const account = { username, password: wirePassword, public_key: identity.publicKey, wrapped_keys: wrapped }
  must(await call(server.address, 'create_user', { ...account, dict_fill_in_the_blanks: knownBlanks() }))
  return { username, identity, recoveryCode }
}

/** Signs in on a new device, through whatever stands at `address`, and waits for the line. */
export async function sitDown(
  address: string,
  username: string,
  clock?: Clock,
  hasGroups = false,
): Promise<{ seat: QuickSeat; messenger: Messenger }> {
  const seat = new QuickSeat(address, username)
  const { outcome } = await seat.logIn()
  if (outcome !== 'signed in') throw new Error(`${username} could not sign in.`)
  const messenger = await seat.start(clock, hasGroups)
  await online(messenger)
  return { seat, messenger }
}
