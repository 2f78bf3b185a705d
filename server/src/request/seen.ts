import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { BlockList } from 'node:net'

/** Who asks and under which name they reached us, as far as it can be believed. */
export interface Seen {
  readonly address: string
  readonly host: string
  readonly secure: boolean
}

const first = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value)

const isTrusted = (proxies: BlockList, address: string) => {
  const plain = address.replace(/^::ffff:/, '')
  const family = isIP(plain)
  return family !== 0 && proxies.check(plain, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * X-Forwarded headers count only when the connection comes from a configured proxy. Of X-Forwarded-For the last address
 * that is no proxy of ours is the caller: everything before it the caller may have made up.
 * @param proxies null: none is trusted
 */
export function see(request: IncomingMessage, proxies: BlockList | null): Seen {
  const direct = request.socket.remoteAddress ?? ''
  const host = request.headers.host ?? ''
  if (proxies === null || !isTrusted(proxies, direct)) return { address: direct, host, secure: false }
  const chain = (first(request.headers['x-forwarded-for']) ?? '').split(',').map((part) => part.trim())
  const caller = chain.reverse().find((address) => isIP(address) !== 0 && !isTrusted(proxies, address))
  return {
    address: caller ?? direct,
    host: lastOf(request.headers['x-forwarded-host']) ?? host,
    secure: lastOf(request.headers['x-forwarded-proto']) === 'https',
  }
}

/** What our own proxy added stands last. */
const lastOf = (header: string | string[] | undefined) => first(header)?.split(',').at(-1)?.trim()

/** The address under which the caller may see us: the configured one, or the one it used. */
export function ownOrigin(seen: Seen, publicUrl: string | null): string {
  return publicUrl ?? `${seen.secure ? 'https' : 'http'}://${seen.host}`
}

/** Whether cookies may be marked Secure. */
export const isSecure = (seen: Seen, publicUrl: string | null): boolean =>
  publicUrl === null ? seen.secure : publicUrl.startsWith('https:')
