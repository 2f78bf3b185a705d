import {
  endSession,
  listDevices,
  listSessions,
  registerDevice,
  revokeDevice,
  revokeSession,
} from '../../accounts/devices.ts'
import { OK } from '../call.ts'
import type { Handlers } from '../call.ts'

export const DEVICES = {
  end_session: async (services, { session, body, byCookie, setSessionCookie }) => {
    await endSession(services, session, body.forget_device === true)
    if (byCookie) setSessionCookie('', false)
    return OK
  },
  list_sessions: (services, { session }) => listSessions(services, session),
  revoke_session: async (services, { session, body }) => {
    await revokeSession(services, session, body.handle)
    return OK
  },
  register_device: (services, { session, body }) => registerDevice(services, session, body),
  list_devices: (services, { session }) => listDevices(services, session),
  revoke_device: async (services, { session, body }) => {
    await revokeDevice(services, session, body.device_id)
    return OK
  },
} satisfies Partial<Handlers>
