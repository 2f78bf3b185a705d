import type { IncomingMessage } from 'node:http'
import multipart from '@fastify/multipart'
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { ChatnipError, LIMITS } from '@chatnip/protocol'
import { see } from '../request/seen.ts'
import type { Services } from '../services.ts'
import { takeJson } from './body.ts'
import { serveDocs } from './docs/serve.ts'
import { serveEndpoints } from './endpoints.ts'
import { answerErrors, routeOf } from './errors.ts'
import { addSecurityHeaders } from './headers.ts'
import { serveHealth } from './health.ts'
import { servePages } from './pages.ts'
import { servePictures } from './pictures.ts'

/** Slow or silent clients are cut off (slowloris); the check itself runs each second. */
const HTTP_OPTIONS = {
  headersTimeout: 5_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
  // curl --http2 and Java's client offer h2c with every request; who is not answered in it goes on in HTTP/1.1 (RFC 9110 section 7.8).
  shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
} as const

/** Who takes nothing of an answer for so long is cut off. Longer than any long poll is silent; sockets have a watch of their own. */
const SILENCE_MS = 60_000

/**
 * Everything that speaks HTTP but the socket, ready to listen.
 * @param pages the folder of the built web app
 */
export async function openApp(services: Services, stopping: AbortSignal, pages: string): Promise<FastifyInstance> {
  const { config, log, store, avatars } = services
  const app = fastify({
    logger: false,
    http: HTTP_OPTIONS,
    requestTimeout: HTTP_OPTIONS.requestTimeout,
    keepAliveTimeout: HTTP_OPTIONS.keepAliveTimeout,
    connectionTimeout: SILENCE_MS,
    bodyLimit: LIMITS.requestBytes,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    return503OnClosing: false,
  })
  answerErrors(app, log)
  addSecurityHeaders(app, (raw) => see(raw, config.trustProxy), config.publicUrl)
  // In our own words instead of the framework's: nothing new begins once the server stops.
  app.addHook('onRequest', (_request, _reply, done) => {
    done(stopping.aborted ? new ChatnipError('unavailable', { retryAfter: 2 }) : undefined)
  })
  // A connection that is kept alive now would hold the server until it is cut.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping.aborted) reply.header('connection', 'close')
    done(null, payload)
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method } = request
    log.debug({ method, ...routeOf(request), status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'answered')
    done()
  })
  takeJson(app)
  await app.register(multipart, {
    limits: { fileSize: LIMITS.avatarBytes, files: 1, fields: 4, parts: 5, fieldSize: 1_024, headerPairs: 20 },
  })
  serveHealth(app, store)
  serveEndpoints(app, services, stopping)
  servePictures(app, avatars)
  serveDocs(app)
  servePages(app, pages)
  return app
}
