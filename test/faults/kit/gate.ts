import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** Which way nothing comes through: from who connects to whom it connects to, back, or both. */
export type Cut = 'there' | 'back' | 'both'

/**
 * A gate on the way from one program to another, by which a partition is made on any machine. While it is shut nothing comes through and nobody hears of
 * it, new connections included; what was said meanwhile, also that a side has hung up, arrives late when it opens, as TCP does it.
 */
export interface Gate {
  readonly port: number
  shut(way: Cut): void
  open(): void
  close(): Promise<void>
}

/** One direction of a connection. */
interface Flow {
  readonly way: 'there' | 'back'
  readonly to: Socket
  readonly held: Buffer[]
  ended: boolean
}

export async function startGate(port: number): Promise<Gate> {
  const flows = new Set<Flow>()
  let shut: Cut | null = null
  const isShut = (way: 'there' | 'back') => shut === 'both' || shut === way

  const release = (flow: Flow) => {
    for (const piece of flow.held.splice(0)) flow.to.write(piece)
    if (!flow.ended) return
    flow.to.destroy()
    flows.delete(flow)
  }
  const join = (from: Socket, to: Socket, way: 'there' | 'back') => {
    const flow: Flow = { way, to, held: [], ended: false }
    flows.add(flow)
    from.on('data', (piece: Buffer) => {
      flow.held.push(piece)
      if (!isShut(way)) release(flow)
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      flow.ended = true
      if (!isShut(way)) release(flow)
    })
  }
  const server = createServer({ noDelay: true }, (client) => {
    const there = connect({ host: '127.0.0.1', port, noDelay: true })
    join(client, there, 'there')
    join(there, client, 'back')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    shut: (way) => {
      shut = way
    },
    open: () => {
      shut = null
      for (const flow of flows) release(flow)
    },
    close: async () => {
      shut = null
      for (const flow of flows) flow.to.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
