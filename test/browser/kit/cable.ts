import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** One person's line to the server, which can be cut: browsers' own "offline" leaves open sockets be, or takes everybody off. */
export interface Cable {
  /** Where this person finds the app. */
  readonly address: string
  cut(): void
  mend(): void
  stop(): Promise<void>
}

/** @param target where the server listens, like `http://127.0.0.1:5000` */
export async function layCable(target: string): Promise<Cable> {
  const { port, hostname } = new URL(target)
  const open = new Set<Socket>()
  let whole = true
  const server = createServer((near) => {
    if (!whole) {
      near.destroy()
      return
    }
    const far = connect(Number(port), hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port: own }: Partial<AddressInfo> = Object(server.address())
  const cut = () => {
    whole = false
    for (const socket of open) socket.destroy()
  }
  return {
    address: `http://127.0.0.1:${own}`,
    cut,
    mend: () => {
      whole = true
    },
    stop: async () => {
      cut()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}
