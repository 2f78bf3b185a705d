import type { Config } from '../../config.ts'
import { bad, look, ok } from './finding.ts'
import type { Finding } from './finding.ts'

const isOwnMachine = (host: string): boolean =>
  host === 'localhost' ||
  host.endsWith('.localhost') ||
  host === '::1' ||
  host === '[::1]' ||
  /^127\.\d+\.\d+\.\d+$/.test(host)

/** How people reach the server, and whether browsers and proxy will play along. */
export function checkProxy({ publicUrl, host, trustProxy }: Config): readonly Finding[] {
  const byTls = publicUrl?.startsWith('https:') === true
  const everywhere = host === '0.0.0.0' || host === '::'
  return [
    address({ publicUrl, host }),
    ...(byTls && trustProxy === null
      ? [
          look(
            'CHATNIP_PUBLIC_URL is https but CHATNIP_TRUST_PROXY is off: everybody seems to come from the proxy and shares one rate limit. Set it to loopback, or to the address of the proxy.',
          ),
        ]
      : []),
    ...(trustProxy !== null && everywhere
      ? [
          look(
            `HOST is ${host} although a proxy stands in front: people may reach the port around the proxy, without TLS. Set HOST to 127.0.0.1, or let a firewall admit the proxy only.`,
          ),
        ]
      : []),
  ]
}

function address({ publicUrl, host }: Pick<Config, 'publicUrl' | 'host'>): Finding {
  if (publicUrl === null) {
    if (isOwnMachine(host))
      return ok(
        'Chatnip is for this machine only. For others put a proxy with TLS in front and set CHATNIP_PUBLIC_URL.',
      )
    return look(
      'CHATNIP_PUBLIC_URL is not set and HOST lets others in: by plain http browsers will not open the app (WebCrypto needs https). Put a proxy with TLS in front and set it.',
    )
  }
  if (publicUrl.startsWith('https:') || isOwnMachine(new URL(publicUrl).hostname))
    return ok(`People open ${publicUrl}.`)
  return bad(
    `CHATNIP_PUBLIC_URL is ${publicUrl}: browsers will not open the app by plain http (WebCrypto needs https). Put a proxy with TLS in front and make it https.`,
  )
}
