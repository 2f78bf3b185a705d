import { createServer, request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { AddressInfo } from 'node:net'

/** What a broken server says in place of a file. */
export interface Fault {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** Stands before the app as a proxy does, and can answer in its place. */
export interface Front {
  readonly address: string
  /** From now on each path that `pattern` matches gets this answer. */
  fail(pattern: RegExp, fault: Fault): void
  /** From now on another server stands behind. */
  turnTo(target: string): void
  /** Everything comes from the server again. */
  mend(): void
  stop(): Promise<void>
}

/** @param target where the app is, like `http://127.0.0.1:5000` */
export async function standBefore(target: string): Promise<Front> {
  let behind = new URL(target)
  let faults: readonly (readonly [RegExp, Fault])[] = []
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method, url, headers } = incoming
    const onward = request({ hostname: behind.hostname, port: behind.port, method, path: url, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  }
  const server = createServer((incoming, outgoing) => {
    const [, fault] = faults.find(([pattern]) => pattern.test(incoming.url ?? '')) ?? []
    if (fault === undefined) pass(incoming, outgoing)
    else outgoing.writeHead(fault.status, { 'content-type': fault.type }).end(fault.body)
  })
  const lines = new Set<Duplex>()
  server.on('upgrade', (incoming, near, head) => {
    lines.add(near)
    near.on('close', () => lines.delete(near))
    const far = connect(Number(behind.port), behind.hostname)
    const named = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${String(value)}`)
    far.write([`GET ${incoming.url} HTTP/1.1`, ...named, '', ''].join('\r\n'))
    far.write(head)
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port: own }: Partial<AddressInfo> = Object(server.address())
  return {
    address: `http://127.0.0.1:${own}`,
    fail: (pattern, fault) => {
      faults = [...faults, [pattern, fault]]
    },
    turnTo: (other) => {
      behind = new URL(other)
    },
    mend: () => {
      faults = []
    },
    stop: async () => {
      server.closeAllConnections()
      for (const line of lines) line.destroy()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}
