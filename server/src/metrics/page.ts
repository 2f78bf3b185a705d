import { createServer } from 'node:http'
import { ConfigError } from '../config.ts'
import type { Config } from '../config.ts'

const TYPE = 'text/plain; version=0.0.4; charset=utf-8'
/** Whoever says nothing for so long is cut off. */
const SILENCE_MS = 10_000

interface Page {
  /** Like `http://127.0.0.1:9464/metrics`. */
  readonly address: string
  close(): Promise<void>
}

/**
 * Serves figures at an address of their own, so that no proxy passes them out by mistake.
 * @throws ConfigError with one sentence when nobody can listen there
 */
export async function servePage({ host, port }: NonNullable<Config['metrics']>, text: () => string): Promise<Page> {
  const server = createServer((request, response) => {
    const isIt = request.method === 'GET' && request.url === '/metrics'
    response.writeHead(isIt ? 200 : 404, { 'content-type': TYPE, 'cache-control': 'no-store' })
    response.end(isIt ? text() : 'There is only GET /metrics here.\n')
  })
  server.setTimeout(SILENCE_MS)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen(port, host, resolve)
  await promise.catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw new ConfigError(
      `Nobody can listen at ${host}:${port}, which CHATNIP_METRICS names (${code}). Choose another address or port.`,
      {
        cause,
      },
    )
  })
  const bound = server.address()
  const isV6 = typeof bound === 'object' && bound?.family === 'IPv6'
  const where =
    typeof bound === 'object' && bound !== null ? `${isV6 ? `[${bound.address}]` : bound.address}:${bound.port}` : ''
  return {
    address: `http://${where}/metrics`,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
