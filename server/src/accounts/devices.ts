import { ChatnipError } from '@chatnip/protocol'
import type { Reply, Request } from '@chatnip/protocol'
import type { Session } from '../store/store.ts'
import type { Services } from '../services.ts'
import { newToken } from './secrets.ts'

type Deps = Pick<Services, 'store' | 'bus' | 'clock' | 'sessions'>

/** Names a session to its owner without being of any use to sign in. */
const handleOf = (hash: Uint8Array) => Buffer.from(hash).toString('hex').slice(0, 16)
const seconds = (ms: number) => Math.floor(ms / 1_000)
const changed = ({ bus }: Deps, { account }: Session) => bus.tell({ kind: 'sessions changed', account })

export async function endSession(deps: Deps, session: Session, forgetDevice: boolean): Promise<void> {
  if (forgetDevice && session.device !== null) await deps.store.removeDevice(session.account, session.device.deviceId)
  await deps.store.endSession(session.hash)
  changed(deps, session)
}

export async function listSessions(deps: Deps, session: Session): Promise<Reply<'list_sessions'>> {
  const current = handleOf(session.hash)
  const sessions = await deps.store.listSessions(session.account, deps.clock.now())
  return {
    sessions: sessions.map((other) => ({
      handle: handleOf(other.hash),
      created: seconds(other.createdAt),
      last_used: seconds(other.usedAt),
      ...(other.device === null ? {} : { device_id: other.device.deviceId }),
      current: handleOf(other.hash) === current,
    })),
  }
}

/** @throws ChatnipError not_found when the account has no session of that handle */
export async function revokeSession(deps: Deps, session: Session, handle: string): Promise<void> {
  const sessions = await deps.store.listSessions(session.account, deps.clock.now())
  const found = sessions.find((other) => handleOf(other.hash) === handle)
  if (found === undefined) throw new ChatnipError('not_found')
  await deps.store.endSession(found.hash)
  changed(deps, session)
}

/** Makes the calling session the session of a new device. The session's id stays the same. */
export async function registerDevice(
  deps: Deps,
  session: Session,
  { name }: Request<'register_device'>,
): Promise<Reply<'register_device'>> {
  const device = { deviceId: newToken(), name, now: deps.clock.now(), expiresAt: deps.sessions.endOf('device') }
  const result = await deps.store.registerDevice(session.hash, device)
  if (result === 'not_plain') throw new ChatnipError('not_allowed')
  if (result === 'too_many_devices') throw new ChatnipError('too_many_devices')
  changed(deps, session)
  return { device_id: device.deviceId }
}

export async function listDevices(deps: Deps, session: Session): Promise<Reply<'list_devices'>> {
  const devices = await deps.store.listDevices(session.account)
  return {
    devices: devices.map((device) => ({
      device_id: device.deviceId,
      name: device.name,
      created: seconds(device.createdAt),
      last_seen: device.lastSeen,
      waiting: device.waiting,
      current: device.deviceId === session.device?.deviceId,
    })),
  }
}

/** @throws ChatnipError not_found when the account has no such device */
export async function revokeDevice(deps: Deps, session: Session, deviceId: string): Promise<void> {
  if (!(await deps.store.removeDevice(session.account, deviceId))) throw new ChatnipError('not_found')
  changed(deps, session)
}
