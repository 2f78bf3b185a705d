import type { Cipher } from '../../../sdk/src/driver/cipher.ts'
import type { ToSeal } from '../../../sdk/src/engine/events.ts'
import { isServiceBody } from '../../../sdk/src/engine/service.ts'
import { keyName } from './key-names.ts'
import { conversationOf, THE_GROUP } from './names.ts'
import type { SimDevice } from './device.ts'
import type { World } from './world.ts'

/** Looks over a device's shoulder while it seals: what it tells others must be true, and what it gives again is for the first key only. */
export const watchedCipher = (world: World, device: SimDevice, cipher: Cipher): Cipher => ({
  ...cipher,
  seal: (message) => {
    watch(world, device, message)
    return cipher.seal(message)
  },
})

function watch(world: World, device: SimDevice, { id, to, key, body }: ToSeal): void {
  const name = keyName(key.publicKey)
  if (!isServiceBody(body) && conversationOf('', to) === THE_GROUP) {
    for (const { value: peer } of device.disk.rows.peers.values())
      world.sealedFor.set(`${id} ${peer.name}`, keyName(peer.pinned?.publicKey ?? ''))
    return
  }
  if (!isServiceBody(body)) return void world.sealedFor.set(`${id} ${to}`, name)
  if (body.type === 'receipt' && !hasOnDisk(device, body.chain, body.n)) {
    world.sees({ what: 'told too early', device: device.name })
  }
  if (body.type !== 'again' || to === device.account) return
  const first = world.sealedFor.get(`${body.id} ${to}`)
  if (first !== name) world.sees({ what: 'given away', message: body.id, device: device.name })
}

const hasOnDisk = ({ disk }: SimDevice, chain: string, n: number): boolean =>
  [...disk.rows.chains.values()].some(({ value }) => value.chain === chain && value.n >= n)
