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

/**
 * Refuses what a browser sends because somebody opened an address or a page embeds it, and not because our own pages call it.
 * A link that stands in a message is followed with the reader's cookie and from our own site: without this, one click on
 * `/download_messages?after=…` would empty the mailbox.
 * @throws ChatnipError cross_site
 */
export function refuseNavigation(headers: IncomingHttpHeaders): void {
  const destination = headers['sec-fetch-dest']
  if (headers['sec-fetch-mode'] === 'navigate' || (destination !== undefined && destination !== 'empty'))
    throw new ChatnipError('cross_site', { message: 'This address is for Chatnip’s own pages and for programs.' })
}
