import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { makeCertificates } from '../certificates.ts'
import type { PushPolicy } from './policy.ts'

/** For tests: a push service on this machine, with a certificate of its own. */
export interface PushService {
  /** Lets a server push here, and nowhere else. */
  readonly policy: PushPolicy
  /** The address of a browser called so. */
  address(name: string): string
  /** Who was pushed for so far, in order. */
  readonly pushed: readonly Pushed[]
  /** Resolves with the next push to a browser, or the first that nobody has waited for yet. */
  next(name: string): Promise<Pushed>
  /** What it answers for a browser from now on; null: nothing, it keeps the line open. */
  answer(name: string, status: number | null, headers?: Readonly<Record<string, string>>): void
  close(): Promise<void>
}

export interface Pushed {
  readonly name: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** @returns a service that runs, or in words why this machine can make no certificates for one */
export async function startPushService(): Promise<PushService | string> {
  const certificates = await makeCertificates()
  if (typeof certificates === 'string') return certificates
  const pushed: Pushed[] = []
  const heard = new Map<string, number>()
  const answers = new Map<string, { status: number | null; headers: Readonly<Record<string, string>> }>()
  let wake: () => void = () => undefined
  let changed = new Promise<void>((resolve) => (wake = resolve))
  const { cert, key } = certificates.right
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, reply) => {
    const name = request.url?.slice(1) ?? ''
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part))
    request.on('end', () => {
      pushed.push({ name, headers: request.headers, body })
      wake()
      changed = new Promise((resolve) => (wake = resolve))
      const { status, headers } = answers.get(name) ?? { status: 201, headers: {} }
      if (status !== null) reply.writeHead(status, headers).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    policy: {
      allows: ({ protocol, hostname, port: asked }) =>
        protocol === 'https:' && hostname === 'localhost' && asked === String(port),
      mayReach: (address) => address === '127.0.0.1',
      ca: readFileSync(certificates.authority, 'utf8'),
    },
    address: (name) => `https://localhost:${port}/${name}`,
    pushed,
    next: async (name) => {
      const at = heard.get(name) ?? 0
      heard.set(name, at + 1)
      for (;;) {
        const found = pushed.filter((one) => one.name === name)[at]
        if (found !== undefined) return found
        await changed
      }
    },
    answer: (name, status, headers = {}) => answers.set(name, { status, headers }),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await certificates.remove()
    },
  }
}
