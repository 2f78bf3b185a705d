import { ChatnipError } from '@chatnip/protocol'
import type { ClientFrame } from '@chatnip/protocol'
import { NetworkError } from '../../../sdk/src/ports.ts'
import type { Line, LineHandlers, Transport } from '../../../sdk/src/ports.ts'
import type { SimDevice } from './device.ts'
import { suppliesOf } from './supply-calls.ts'
import type { Body } from './supply-calls.ts'
import { Wire } from './wire.ts'
import type { World } from './world.ts'

/** How long a call without an answer waits. */
const CALL_MS = 10_000

interface Socket {
  readonly handlers: LineHandlers
  readonly isAlive: () => boolean
  /** Hears what the device puts on the line. */
  readonly said: (frame: ClientFrame) => void
}

/** Opens a line: the request travels, and the server takes it or not. */
export function openLine(world: World, device: SimDevice, { handlers, isAlive, said }: Socket): Line {
  const wire = new Wire(world, device.name, handlers, isAlive)
  device.wire = wire
  world.time.after(world.delayTo(device.name), 'server', () => {
    if (isAlive() && device.wire === wire) world.server.connect(wire, device.name)
  })
  return {
    send: (frame) => {
      if (isAlive()) said(frame)
      wire.toServer(frame)
    },
    close: () => {
      wire.hangUp()
      if (device.wire === wire) device.wire = null
    },
  }
}

/** The few calls that the engine makes. */
export function transportOf(
  world: World,
  device: SimDevice,
  { connect, isAlive }: { readonly connect: Transport['connect']; readonly isAlive: () => boolean },
): Transport {
  /** There and back again; a server that dies meanwhile, or a dead line, gives no answer. */
  const ask = <T>(question: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const answer = (run: () => void) => {
        if (device.wire?.repliesLost === true) return
        world.time.after(world.delayTo(device.name), device.name, () => {
          if (isAlive()) run()
        })
      }
      const cancel = world.time.after(CALL_MS, device.name, () => {
        if (isAlive()) reject(new NetworkError())
      })
      world.time.after(world.delayTo(device.name), 'server', () => {
        if (!isAlive() || device.wire?.isHalfOpen === true) return
        if (!world.server.isOn) return answer(() => reject(new NetworkError()))
        question().then(
          (value) => answer(() => (cancel(), resolve(value))),
          (error: unknown) => answer(() => (cancel(), reject(error))),
        )
      })
    })
  const supply = () => suppliesOf(world.server, device)
  const calls: Record<string, (body: Body) => Promise<unknown>> = {
    count_key_packages: () => ask(() => supply().count()),
    upload_key_packages: (body) => ask(() => supply().upload(body)),
    claim_key_packages: (body) => ask(() => supply().claim(body)),
    get_public_key: ({ username }) => ask(() => world.server.publicKeyOf(String(username))),
    list_devices: () => ask(() => supply().devices()),
    list_sessions: () =>
      ask(() =>
        world.server.hasDevice(device.name) ? Promise.resolve({}) : Promise.reject(new ChatnipError('not_signed_in')),
      ),
  }
  // As it travels: what comes back is a copy.
  const call: Transport['call'] = async (name, body) =>
    JSON.parse(JSON.stringify((await calls[name]?.({ ...body })) ?? null))
  return { cookies: true, setSession: () => {}, call, uploadAvatar: () => Promise.reject(new NetworkError()), connect }
}
