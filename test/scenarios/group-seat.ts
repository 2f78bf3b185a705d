import type { ClientFrame } from '@chatnip/protocol'
import type { Messenger, Transport } from '@chatnip/sdk'
import { systemClock } from '@chatnip/sdk/node'
import { online, Seat } from './people.ts'

type Sent = Extract<ClientFrame, { readonly type: 'send' }>

/** A device that can do groups, and what it puts on the line. */
export class GroupSeat extends Seat {
  readonly sent: Sent[] = []
  readonly #stocked: Promise<void>

  constructor(address: string, username: string) {
    super(address, username)
    const { transport, sent } = this
    const connect = transport.connect.bind(transport)
    transport.connect = (handlers) => {
      const line = connect(handlers)
      const send = (frame: ClientFrame): void => {
        if (frame.type === 'send') sent.push(frame)
        line.send(frame)
      }
      return { send, close: () => line.close() }
    }
    const call: Transport['call'] = transport.call.bind(transport)
    this.#stocked = new Promise((resolve) => {
      transport.call = async (name, body) => {
        const reply = await call(name, body)
        if (name === 'upload_key_packages') resolve()
        return reply
      }
    })
  }

  /** Resolves when others can begin a group with it. */
  async begin(): Promise<Messenger> {
    const messenger = await this.start(systemClock, true)
    await Promise.all([online(messenger), this.#stocked])
    return messenger
  }
}
