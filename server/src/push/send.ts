import { lookup } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { Agent, request } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { PushPolicy } from './policy.ts'
import type { Vapid } from './vapid.ts'

/** What a push service said: it has taken it; there is nobody at that address any more; or it could not be done now. */
export type PushOutcome = 'taken' | 'gone' | 'failed'

/** Sends one empty push. Never throws. */
export type SendPush = (endpoint: string) => Promise<PushOutcome>

/** As long as a message waits here, and the longest that the large push services keep anything. */
const TTL_SECONDS = 28 * 86_400
const PATIENCE_MS = 10_000
/** Of people whose push services are slow; the others wait for a free line. */
const LINES = 8

/** The name is resolved here and nowhere else, and what is connected to is what was looked at: no second answer can lead elsewhere. */
const guarded =
  (policy: PushPolicy): LookupFunction =>
  (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, [])
      const reachable = found.filter(({ address }) => policy.mayReach(address))
      const [first] = reachable
      if (first === undefined) return callback(new Error('That address is of no push service.'), [])
      return answerLookup(options.all === true, [first, reachable], callback)
    })
  }

function answerLookup(
  all: boolean,
  [first, every]: [LookupAddress, LookupAddress[]],
  callback: Parameters<LookupFunction>[2],
): void {
  if (all) callback(null, every)
  else callback(null, first.address, first.family)
}

/** The request's headers (RFC 8030). One topic: of several pushes that a device did not get only the last is kept for it. */
const HEADERS = { ttl: String(TTL_SECONDS), urgency: 'high', topic: 'new', 'content-length': '0' }

const GONE: ReadonlySet<number> = new Set([404, 410])

const outcomeOf = (status: number): PushOutcome => {
  if (status >= 200 && status < 300) return 'taken'
  return GONE.has(status) ? 'gone' : 'failed'
}

/**
 * @param policy whom it may send to, asked again for each push: rules may be stricter now than when an address was given
 * @param now Unix milliseconds
 */
export function openSender(policy: PushPolicy, vapid: Vapid, now: () => number): { send: SendPush; close(): void } {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: LINES,
    lookup: guarded(policy),
    ...(policy.ca === undefined ? {} : { ca: policy.ca }),
  })
  const ask = (url: URL): Promise<PushOutcome> =>
    new Promise((resolve) => {
      const headers = { ...HEADERS, authorization: vapid.authorization(url.origin, now()) }
      const signal = AbortSignal.timeout(PATIENCE_MS)
      const asked = request(url, { method: 'POST', agent, headers, signal }, (reply) => {
        resolve(outcomeOf(reply.statusCode ?? 0))
        // Whatever else it says is of no interest, and ends with our patience. Nothing leads to another address: redirects are failures.
        reply.on('error', () => undefined).resume()
      })
      asked.on('error', () => resolve('failed'))
      asked.end()
    })
  return {
    send: async (endpoint) => {
      const url = URL.parse(endpoint)
      return url !== null && policy.allows(url) ? ask(url) : 'gone'
    },
    close: () => agent.destroy(),
  }
}
