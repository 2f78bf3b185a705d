import { decodeStrictly } from '@chatnip/crypto'
import type { ServerFrame } from '@chatnip/protocol'
import type { Write } from '../../../sdk/src/engine/rows.ts'
import { holds } from '../../../sdk/src/engine/spans.ts'
import { readGroupText } from '../../../sdk/src/engine/group-text.ts'
import type { Message } from './mls.ts'
import { conversationOf } from './names.ts'
import type { SimDevice } from './device.ts'
import type { World } from './world.ts'

interface Handed {
  readonly message: string
  readonly chain: string
  readonly n: number
  readonly readers: readonly string[]
}

/** Which messages of groups were handed to a device that it could not open, and whether it ought to have been able to. */
export class Unread {
  readonly #world: World
  readonly #device: SimDevice
  readonly #handed = new Map<string, Handed>()

  constructor(world: World, device: SimDevice) {
    this.#world = world
    this.#device = device
  }

  handed({ id, message_text }: Extract<ServerFrame, { readonly type: 'message' }>): void {
    const text = readGroupText(message_text)
    if (text?.kind !== 'message') return
    const { chain, n } = text.hint
    const { readers }: Message = JSON.parse(new TextDecoder().decode(decodeStrictly(text.wire) ?? undefined))
    const message = this.#world.originalOf(id)
    this.#handed.set(message, { message, chain, n, readers })
  }

  /** What was handed and counts as missing now. */
  look({ table, value }: Write): void {
    if (table !== 'chains' || value === null) return
    for (const { message, chain, n, readers } of this.#handed.values()) {
      if (chain !== value.chain || !value.gaps.some(({ missing }) => holds(missing, n))) continue
      this.#handed.delete(message)
      const { name: device, account } = this.#device
      const peer = this.#device.disk.rows.peers.get(JSON.stringify([value.number]))?.value
      const conversation = conversationOf(account, peer?.name ?? '')
      this.#world.sees({ what: 'doubted', message, device, conversation })
      if (readers.includes(`${account}/${device}`)) this.#world.sees({ what: 'locked out', message, device })
    }
  }
}
