import { ChatnipError } from '@chatnip/protocol'
import type { SimDevice } from './device.ts'
import type { SimServer } from './server.ts'

export type Body = Readonly<Record<string, unknown>>

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []

/** What the server's handlers for key packages do, without HTTP. */
export function suppliesOf(server: SimServer, { name: deviceId, account }: SimDevice) {
  const { store } = server
  const numberOf = async (): Promise<number> => {
    const found = await store.findAccount(account)
    if (found === null || !server.hasDevice(deviceId)) throw new ChatnipError('not_signed_in')
    return found.account
  }
  return {
    devices: async () => {
      const found = await store.listDevices(await numberOf())
      return { devices: found.map((one) => ({ device_id: one.deviceId })) }
    },
    count: async () => {
      const { count, hasLastResort } = await store.countKeyPackages(await numberOf(), deviceId)
      return { count, has_last_resort: hasLastResort }
    },
    upload: async ({ key_packages: fresh, last_resort: lastResort }: Body) => {
      const packages = { fresh: textsOf(fresh), lastResort: typeof lastResort === 'string' ? lastResort : null }
      const result = await store.addKeyPackages(await numberOf(), deviceId, packages)
      if (typeof result === 'string') throw new ChatnipError('not_signed_in')
      return { count: result.count, has_last_resort: result.hasLastResort }
    },
    claim: async ({ destname }: Body) => {
      await numberOf()
      const claim = { username: String(destname), askedBy: deviceId, lastResortsOnly: false, now: server.now }
      const claimed = await store.claimKeyPackages(claim)
      if (claimed === null) throw new ChatnipError('no_such_user')
      return {
        key_packages: claimed.map((one) => ({ device_id: one.deviceId, key_package: one.keyPackage })),
      }
    },
  }
}
