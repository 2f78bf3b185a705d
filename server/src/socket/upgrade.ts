import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { ChatnipError, ERRORS } from '@chatnip/protocol'
import { addressKey } from '../limits/address.ts'
import { faultOf } from '../log.ts'
import { readCredentials } from '../request/credentials.ts'
import { refuseCrossSite } from '../request/cross-site.ts'
import { ownOrigin, see } from '../request/seen.ts'
import type { Services } from '../services.ts'
import type { DeviceSession } from './connection.ts'
import type { Sockets } from './sockets.ts'

type Deps = Pick<Services, 'config' | 'limiter' | 'sessions' | 'log'>

/** Lets devices in at `/socket`; everything else that wants to upgrade is refused in plain HTTP. */
export function acceptUpgrades(http: Server, sockets: Sockets, deps: Deps): void {
  http.on('upgrade', (request, raw, head) => {
    const lost = () => raw.destroy()
    raw.on('error', lost)
    admit(deps, request).then(
      (session) => {
        raw.off('error', lost)
        if (!raw.destroyed) sockets.welcome(request, raw, head, session)
      },
      (thrown: unknown) => {
        if (!(thrown instanceof ChatnipError)) deps.log.error({ fault: faultOf(thrown) }, 'An upgrade failed.')
        refuse(raw, thrown)
      },
    )
  })
}

/** The device session of an upgrade, by cookie or Bearer, never from another site. */
async function admit({ config, limiter, sessions }: Deps, request: IncomingMessage): Promise<DeviceSession> {
  const seen = see(request, config.trustProxy)
  limiter.take('address', addressKey(seen.address))
  if (request.url?.split('?')[0] !== '/socket') throw new ChatnipError('not_found')
  refuseCrossSite(request.headers, ownOrigin(seen, config.publicUrl))
  const { token, username, byCookie } = readCredentials(request.headers)
  // Every browser names its origin here; a cookie without one is not from a browser that can be trusted to.
  if (byCookie && request.headers.origin === undefined) throw new ChatnipError('cross_site')
  const session = await sessions.require(token, username)
  const { device } = session
  if (device === null)
    throw new ChatnipError('not_allowed', { message: 'Only a device has a socket. Call register_device first.' })
  return { ...session, device }
}

function refuse(raw: Duplex, thrown: unknown): void {
  const error = thrown instanceof ChatnipError ? thrown : new ChatnipError('unavailable', { retryAfter: 1 })
  const body = `${error.message}\n`
  const retry = error.retryAfter === undefined ? '' : `Retry-After: ${error.retryAfter}\r\n`
  // Nobody watches over a connection that was to be upgraded: one that its client does not close would stay for ever.
  raw.once('finish', () => raw.destroy())
  raw.end(
    `HTTP/1.1 ${ERRORS[error.code].status} ${error.code}\r\nConnection: close\r\nCache-Control: no-store\r\n${retry}` +
      `Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
