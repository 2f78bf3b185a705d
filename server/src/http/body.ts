import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Compile } from 'typebox/compile'
import { ChatnipError, ENDPOINT_NAMES, ENDPOINTS, LIMITS } from '@chatnip/protocol'
import type { EndpointName, Request } from '@chatnip/protocol'
import { isLarger } from '../delivery/outgoing.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** A compiled check for each row; all of them together take about 15 ms at start. */
const CHECKS = new Map(ENDPOINT_NAMES.map((name) => [name, Compile(ENDPOINTS[name].request)]))

/** Takes JSON and nothing else. Malformed JSON, broken UTF-8 and other types are told apart and never a fault of ours. */
export function takeJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
    try {
      const text = utf8.decode(Buffer.from(bytes))
      done(null, text.trim() === '' ? {} : JSON.parse(text))
    } catch {
      done(new ChatnipError('bad_request', { message: 'The body is not valid JSON in UTF-8.' }))
    }
  })
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume()
    done(new ChatnipError('media_type'))
  })
}

/**
 * What a request asks for, exactly as the table has it.
 * @throws ChatnipError bad_request, too_large
 */
export function readBody<N extends EndpointName>(name: N, request: FastifyRequest): Request<N> {
  const value = request.method === 'GET' ? fromQuery(name, request) : bodyOf(request)
  if (isRequest(name, value)) return checkBytes(value)
  throw new ChatnipError('bad_request', { message: `${explain(name, value)} The documentation stands at /docs.` })
}

/** No body at all asks for nothing in particular; the JSON value null is not that. */
const bodyOf = ({ body }: FastifyRequest): unknown => (body === undefined ? {} : body)

function isRequest<N extends EndpointName>(name: N, value: unknown): value is Request<N> {
  return CHECKS.get(name)?.Check(value) === true
}

/** A GET carries nothing but the two numbers of download_messages; session ids have no business in an address. */
function fromQuery(name: EndpointName, { query }: FastifyRequest): Record<string, unknown> {
  if (name !== 'download_messages' || typeof query !== 'object' || query === null) return {}
  const numbers = Object.entries(query).filter(([key]) => key === 'after' || key === 'wait')
  return Object.fromEntries(numbers.map(([key, text]) => [key, /^\d{1,16}$/.test(String(text)) ? Number(text) : text]))
}

/** JSON Schema counts characters; these limits are in bytes. */
function checkBytes<T extends object>(body: T): T {
  for (const [key, value] of Object.entries(body)) {
    if (key === 'wrapped_keys' && typeof value === 'object' && value !== null) checkWrapped(value)
    if (typeof value !== 'string') continue
    if (key.endsWith('public_key') && isLarger(value, LIMITS.publicKeyBytes)) throw new ChatnipError('too_large')
    if (!value.isWellFormed())
      throw new ChatnipError('bad_request', { message: `${key} holds half a character (a lone surrogate).` })
  }
  return body
}

function checkWrapped(wrapped: object): void {
  for (const copy of Object.values(wrapped))
    if (typeof copy === 'string' && isLarger(copy, LIMITS.wrappedKeyBytes)) throw new ChatnipError('too_large')
}

/** Which field is wrong, and how. Never repeats what was sent, but for a name that is a plain word: it is a typing mistake. */
function explain(name: EndpointName, value: unknown): string {
  const fault = CHECKS.get(name)?.Errors(value)[0]
  if (fault === undefined) return 'That request is not of the documented form.'
  const field = fault.instancePath.split('/').slice(1).join('.')
  if (fault.schemaPath.endsWith('/additionalProperties'))
    return /^[\w.]{1,64}$/.test(field)
      ? `There is no field ${field} here.`
      : 'The request has a field that is not documented.'
  return field === '' ? `The request ${fault.message}.` : `The field ${field} ${fault.message}.`
}
