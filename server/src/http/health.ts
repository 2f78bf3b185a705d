import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Store } from '../store/store.ts'

/**
 * For whoever watches. `/healthz`: this process lives; one that doesn't answer is to be started again. `/readyz`: it can store what it is given; while
 * it can't, people are better sent to another node, and starting it again would mend nothing (docs/decisions/0027).
 */
export function serveHealth(app: FastifyInstance, store: Pick<Store, 'probe'>): void {
  const sayOk = (reply: FastifyReply) =>
    reply.header('cache-control', 'no-store').type('text/plain; charset=utf-8').send('OK')
  let probing: Promise<void> | null = null
  // Anybody may ask, and each probe is a write: those who ask meanwhile share one.
  const probe = (): Promise<void> => (probing ??= store.probe().finally(() => (probing = null)))

  app.get('/healthz', (_request, reply) => sayOk(reply))
  app.get('/readyz', async (_request, reply) => {
    await probe()
    return sayOk(reply)
  })
}
