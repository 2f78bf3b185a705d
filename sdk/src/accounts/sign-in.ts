import { fingerprint, lockIn, unwrapIdentity } from '@chatnip/crypto'
import type { Identity } from '@chatnip/crypto'
import { ChatnipError } from '@chatnip/protocol'
import type { Reply } from '@chatnip/protocol'
import { makeDeviceSecrets, packKeys, unpackKeys } from '../device-keys.ts'
import type { DeviceKeys } from '../device-keys.ts'
import type { Stores } from '../ports.ts'
import { profileName } from './deps.ts'
import type { AccountPorts } from './deps.ts'
import { freshKeys, secretsOf } from './new-keys.ts'
import type { Secrets } from './new-keys.ts'

export interface SignedIn {
  /** The account's name as registered. */
  readonly username: string
  readonly deviceId: string
  /** Its local profile; `stores` are those of it. */
  readonly profile: string
  readonly stores: Stores
}

/** The password was right, but the private keys cannot be had by it. */
export interface KeysMissing {
  readonly outcome: 'keys missing'
  readonly username: string
  /** `none stored`: made by another client. `cannot be opened`: damaged. `do not match`: not those of the public key. */
  readonly reason: 'none stored' | 'cannot be opened' | 'do not match'
  /** Makes new keys. What was written for the old ones stays unreadable, and contacts are told. */
  startAfresh(): Promise<{ readonly recoveryCode: string; readonly signedIn: SignedIn }>
}

export type LogIn = ({ readonly outcome: 'signed in' } & SignedIn) | KeysMissing

export interface LogInInput {
  readonly username: string
  readonly password: string
  /** What people call this device: "Firefox on the laptop". */
  readonly deviceName: string
}

/**
 * Signs in on this device and puts the keys into the account's local profile. A profile that is there already goes on: same
 * device, its outbox and history included.
 * @throws ChatnipError wrong_login, account_disabled, too_many_devices, too_many
 * @throws NetworkError
 */
export async function logIn(ports: AccountPorts, input: LogInInput): Promise<LogIn> {
  const secrets = await secretsOf(ports, input.username, input.password)
  const local = await openLocal(ports, input.username)
  const session = await authenticate(ports, input, { secrets, deviceId: local.keys?.deviceId ?? null })
  const stored = await ports.transport.call('fetch_wrapped_keys', {})
  const identity = await findIdentity(stored, local.keys, secrets)
  if (typeof identity !== 'string') {
    return { outcome: 'signed in', ...(await settleIn(local, session, identity)) }
  }
  const startAfresh = async () => {
    const fresh = await freshKeys(session.username, secrets)
    const { publicKey } = fresh.identity
    const { wirePassword: password } = secrets
    await ports.transport.call('reset_public_key', { password, new_public_key: publicKey, wrapped_keys: fresh.wrapped })
    return { recoveryCode: fresh.recoveryCode, signedIn: await settleIn(local, session, fresh.identity) }
  }
  return { outcome: 'keys missing', username: session.username, reason: identity, startAfresh }
}

export interface Local {
  readonly profile: string
  readonly stores: Stores
  /** Null: nobody has signed in here yet, or has been forgotten. */
  readonly keys: DeviceKeys | null
}

export async function openLocal(ports: AccountPorts, username: string): Promise<Local> {
  const profile = await profileName(username)
  const stores = await ports.openStores(profile)
  const record = await stores.keys.load()
  return { profile, stores, keys: record === null ? null : await unpackKeys(record) }
}

interface Session {
  readonly username: string
  readonly deviceId: string
  readonly sessionId: string | null
}

async function authenticate(
  { transport }: AccountPorts,
  { username, deviceName: name }: LogInInput,
  { secrets, deviceId }: { secrets: Secrets; deviceId: string | null },
): Promise<Session> {
  const reply = await transport.call('authenticate', {
    username,
    password: secrets.wirePassword,
    device: deviceId === null ? { name } : { name, id: deviceId },
    cookie: transport.cookies,
  })
  const sessionId = reply.session_id ?? null
  transport.setSession(sessionId)
  const given = reply.device_id ?? deviceId
  if (given === null) throw new ChatnipError('unavailable')
  return { username: reply.username ?? username, deviceId: given, sessionId }
}

/** The account's identity: the one that lies here when it is still the account's, else the copy that the password opens. */
async function findIdentity(
  stored: Reply<'fetch_wrapped_keys'>,
  keys: DeviceKeys | null,
  { wrapKey }: Secrets,
): Promise<Identity | KeysMissing['reason']> {
  const wanted = await fingerprint(stored.public_key)
  if (keys !== null && (await fingerprint(keys.identity.publicKey)) === wanted) return keys.identity
  if (stored.by_password === undefined) return 'none stored'
  const identity = await unwrapIdentity(stored.by_password, wrapKey, { extractable: false })
  if (identity === null) return 'cannot be opened'
  return (await fingerprint(identity.publicKey)) === wanted ? identity : 'do not match'
}

/** Keeps the keys in the local profile, locked in. What was sealed for an earlier identity stays readable on this device. */
export async function settleIn(local: Local, session: Session, identity: Identity): Promise<SignedIn> {
  const { profile, stores, keys } = local
  const before = keys === null ? [] : [keys.identity, ...keys.earlier]
  const earlier = before.filter(({ publicKey }) => publicKey !== identity.publicKey)
  const { box, index } = keys ?? (await makeDeviceSecrets())
  // Rows without the keys that sealed them are of no use to anybody.
  if (keys === null) await stores.rows.clear()
  const { username, deviceId, sessionId } = session
  const locked = await lockIn(identity)
  await stores.keys.save(
    await packKeys({ box, index, identity: locked, earlier, username, deviceId, session: sessionId }),
  )
  return { username, deviceId, profile, stores }
}
