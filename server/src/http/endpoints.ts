import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ChatnipError, ENDPOINT_NAMES, ENDPOINTS, LIMITS, RATES } from '@chatnip/protocol'
import type { Endpoint, EndpointName, RateLimit, Reply, Request } from '@chatnip/protocol'
import { addressKey } from '../limits/address.ts'
import { readCredentials, sessionCookie } from '../request/credentials.ts'
import { refuseCrossSite, refuseNavigation } from '../request/cross-site.ts'
import { isSecure, ownOrigin, see } from '../request/seen.ts'
import type { Seen } from '../request/seen.ts'
import type { Services } from '../services.ts'
import type { Session } from '../store/store.ts'
import { readBody } from './body.ts'
import type { Call, Handlers } from './call.ts'
import { HANDLERS } from './handlers.ts'
import { SANDBOXED } from './headers.ts'
import { readUpload } from './upload.ts'

/**
 * Registers a route for each row of the table. Each call goes the same way:
 * the address's rate, no other site, the form, the session, the row's own rates, the handler.
 * @param stopping aborts what waits when the server stops
 */
export function serveEndpoints(app: FastifyInstance, services: Services, stopping: AbortSignal): void {
  const serve = <N extends EndpointName>(name: N) => {
    const endpoint: Endpoint = ENDPOINTS[name]
    app.route({
      url: `/${name}`,
      method: [...endpoint.methods],
      exposeHeadRoute: false,
      bodyLimit: bodyLimitOf(name, endpoint),
      handler: async (request, reply) => answer(reply, await run(services, { name, request, reply, stopping })),
    })
  }
  ENDPOINT_NAMES.forEach(serve)
}

interface Asked<N extends EndpointName> {
  readonly name: N
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly stopping: AbortSignal
}

async function run<N extends EndpointName>(services: Services, asked: Asked<N>): Promise<Reply<N>> {
  const { name, request, reply } = asked
  const { config, limiter, sessions } = services
  const endpoint: Endpoint = ENDPOINTS[name]
  const seen = see(request.raw, config.trustProxy)
  limiter.take('address', addressKey(seen.address))
  refuseCrossSite(request.headers, ownOrigin(seen, config.publicUrl))
  if (endpoint.caller !== 'anyone') refuseNavigation(request.headers)
  const credentials = readCredentials(request.headers)
  if (endpoint.body === 'multipart')
    services.uploads.take(await uploaderOf(sessions, credentials.token), untilGone(reply, asked.stopping))
  const { fields, file } = await readUpload(endpoint, request)
  if (fields !== null) request.body = fields
  const body = readBody(name, request)
  const inBody = namedIn(body)
  const session =
    endpoint.caller === 'anyone'
      ? null
      : await sessions.require(inBody.session_id ?? credentials.token, inBody.username ?? credentials.username)
  if (endpoint.caller === 'device' && session?.device === null) throw new ChatnipError('not_allowed')
  takeRates(services, endpoint, { seen, session, username: inBody.username })
  const handlers: Handlers = HANDLERS
  return handlers[name](services, {
    body,
    seen,
    file,
    byCookie: credentials.byCookie && inBody.session_id === undefined,
    get session() {
      if (session === null) throw new ChatnipError('not_signed_in')
      return session
    },
    get signal() {
      return untilGone(reply, asked.stopping)
    },
    setSessionCookie: (token, lasting) => {
      reply.header('set-cookie', sessionCookie(token, { secure: isSecure(seen, config.publicUrl), lasting }))
    },
  } satisfies Call<N>)
}

/** The account that the headers show, or 0: its session may stand in the form, and that has to be read first. */
async function uploaderOf(sessions: Services['sessions'], token: string | undefined): Promise<number> {
  const session = await sessions.require(token, undefined).catch(() => null)
  return session?.account ?? 0
}

/** Every row has its session and name fields in the same place; most bodies have neither. */
function namedIn(body: Request<EndpointName>): { session_id: string | undefined; username: string | undefined } {
  return {
    session_id: 'session_id' in body ? body.session_id : undefined,
    username: 'username' in body ? body.username : undefined,
  }
}

/**
 * Taken elsewhere: before anything else, or where the outcome or the addressee is known. Every other rate of the table is taken here, so that
 * a new one counts from the beginning.
 */
const ELSEWHERE: ReadonlySet<RateLimit> = new Set([
  'address',
  'log_in_failures',
  'password',
  'message',
  'commit',
  'pair',
  'claim_of_one',
])

interface Caller {
  readonly seen: Seen
  readonly session: Session | null
  readonly username: string | undefined
}

/** The rates that a request as such takes. */
function takeRates({ limiter }: Services, endpoint: Endpoint, { seen, session, username }: Caller): void {
  const address = addressKey(seen.address)
  for (const rate of endpoint.rates.filter((one) => !ELSEWHERE.has(one))) {
    const { per } = RATES[rate]
    if (per === 'address') limiter.take(rate, address)
    if (per === 'account and address') limiter.take(rate, `${(username ?? '').toLowerCase()}|${address}`)
    if (per === 'account' && session !== null) limiter.take(rate, session.account)
  }
}

const LARGE: ReadonlySet<EndpointName> = new Set(['send_message', 'upload_key_packages'])

function bodyLimitOf(name: EndpointName, { file }: Endpoint): number {
  if (file !== undefined) return file.bytes + LIMITS.requestBytes
  return LARGE.has(name) ? LIMITS.sendBytes : LIMITS.requestBytes
}

/** The response's own `close`, not the connection's: a kept-alive connection would gather a listener with every call. */
function untilGone(reply: FastifyReply, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController()
  // Who left while the session was looked up has closed it already.
  if (reply.raw.destroyed) gone.abort()
  else reply.raw.once('close', () => gone.abort())
  return AbortSignal.any([gone.signal, stopping])
}

/** What somebody has uploaded is nothing to a browser: no type, no name, no place to show it or to run. */
const NEVER_RUN = {
  'content-type': 'application/octet-stream',
  'content-disposition': 'attachment',
  'content-security-policy': SANDBOXED,
} as const

/** `OK` is plain text as it always was; bytes are bytes, everything else is JSON. Nothing of the API is ever kept by a cache. */
function answer(reply: FastifyReply, value: unknown): FastifyReply {
  reply.header('cache-control', 'no-store')
  if (value instanceof Uint8Array) return reply.headers(NEVER_RUN).send(value)
  if (value === 'OK') return reply.type('text/plain; charset=utf-8').send('OK')
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(value))
}
