import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A small load balancer: hands each connection to the next node that is well, and cuts those of a node that is not. */
export interface Balancer {
  /** Like `http://127.0.0.1:5000`. */
  readonly address: string
  close(): Promise<void>
}

const LOOK_EVERY_MS = 1_000
const PATIENCE_MS = 2_000

interface Target {
  readonly address: string
  well: boolean
  readonly lines: Set<Socket>
}

/** @param addresses of the nodes; they may be away for a while */
export async function startBalancer(addresses: readonly string[], port = 0): Promise<Balancer> {
  const targets = addresses.map((address): Target => ({ address, well: true, lines: new Set() }))
  let turn = 0
  const next = (): Target | undefined => {
    turn += 1
    const well = targets.filter((target) => target.well)
    return well[turn % well.length]
  }
  const server = createServer((client) => {
    client.on('error', () => client.destroy())
    const target = next()
    if (target === undefined) client.destroy()
    else join(client, target)
  })
  const look = setInterval(() => {
    for (const target of targets) void examine(target)
  }, LOOK_EVERY_MS)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: here } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${here}`,
    close: async () => {
      clearInterval(look)
      for (const { lines } of targets) for (const line of lines) line.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A node that stands still takes connections all the same: only an answer says that it is well. */
async function examine(target: Target): Promise<void> {
  const well = await fetch(`${target.address}/readyz`, { signal: AbortSignal.timeout(PATIENCE_MS) }).then(
    (reply) => reply.ok,
    () => false,
  )
  if (target.well && !well) for (const line of target.lines) line.destroy()
  target.well = well
}

function join(client: Socket, target: Target): void {
  const { hostname, port } = new URL(target.address)
  const node = connect(Number(port), hostname)
  target.lines.add(client)
  const end = () => {
    target.lines.delete(client)
    client.destroy()
    node.destroy()
  }
  for (const one of [client, node]) one.on('error', end).on('close', end)
  client.pipe(node).pipe(client)
}
