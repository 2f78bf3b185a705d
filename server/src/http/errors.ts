import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ChatnipError, ERRORS } from '@chatnip/protocol'
import type { ErrorBody } from '@chatnip/protocol'
import { faultOf } from '../log.ts'
import type { Log } from '../log.ts'

/** Whether the caller would rather have JSON: it names application/json before text/plain and before anything goes. */
export function wantsJson(accept: string | undefined): boolean {
  const types = (accept ?? '').split(',').map((part) => part.split(';')[0]?.trim().toLowerCase())
  const json = types.indexOf('application/json')
  const other = types.findIndex((type) => type === 'text/plain' || type === '*/*' || type === 'text/*')
  return json !== -1 && (other === -1 || json < other)
}

/** Everything that can be thrown on the way, as one refusal of the catalogue. */
function refusalOf(error: FastifyError | ChatnipError, log: Log): ChatnipError {
  if (error instanceof ChatnipError) return error
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500
  if (status === 413) return new ChatnipError('too_large')
  if (status === 415 || error.code === 'FST_INVALID_MULTIPART_CONTENT_TYPE') return new ChatnipError('media_type')
  if (status >= 400 && status < 500) return new ChatnipError('bad_request')
  // A fault of ours. The caller learns that it may try again, and nothing of how we are made.
  log.error({ fault: faultOf(error) }, 'A request failed unexpectedly.')
  return new ChatnipError('unavailable', { retryAfter: 1 })
}

export function sendRefusal(request: FastifyRequest, reply: FastifyReply, error: ChatnipError): FastifyReply {
  if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter)
  reply.code(ERRORS[error.code].status).header('cache-control', 'no-store').header('vary', 'accept')
  if (!wantsJson(request.headers.accept)) return reply.type('text/plain; charset=utf-8').send(error.message)
  const { code, message, epoch } = error
  const body: ErrorBody = { error: { code, message, ...(epoch === undefined ? {} : { epoch }) } }
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body))
}

/** One place decides how a refusal looks, for every route. */
export function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = refusalOf(error, log)
    log.debug({ method: request.method, ...routeOf(request), code: refusal.code }, 'refused')
    return sendRefusal(request, reply, refusal)
  })
}

/** The route's name as registered, never the address as asked for. */
export const routeOf = (request: FastifyRequest): { route: string } => ({ route: request.routeOptions.url ?? 'none' })
