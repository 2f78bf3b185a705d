import type { IncomingHttpHeaders } from 'node:http'
import { ChatnipError } from '@chatnip/protocol'

/**
 * Refuses what a browser sends on behalf of another site. Fetch metadata (Sec-Fetch-Site) tells where a request comes from;
 * Origin tells it to servers that older browsers talk to. Programs send neither and have no cookies to abuse.
 * @param own the origin under which the caller reached us
 * @throws ChatnipError cross_site
 */
export function refuseCrossSite(headers: IncomingHttpHeaders, own: string): void {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new ChatnipError('cross_site')
  if (headers.origin !== undefined && headers.origin !== own) throw new ChatnipError('cross_site')
}
