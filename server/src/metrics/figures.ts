import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { routeOf } from '../http/errors.ts'
import type { Parts } from '../server.ts'
import { openMetrics } from './metrics.ts'
import { servePage } from './page.ts'

/** Everything about figures that a server has to do with. Loaded only where CHATNIP_METRICS is set. */
export interface Figures {
  /** The server's parts, counted. */
  readonly parts: Parts
  watch(app: FastifyInstance): void
  /** @returns where the page is @throws ConfigError */
  serve(devices: () => number): Promise<string | null>
  close(): Promise<void>
}

export function openFigures(config: Config, parts: Parts): Figures {
  const metrics = openMetrics(config)
  let page: Awaited<ReturnType<typeof servePage>> | null = null
  return {
    parts: { ...parts, store: metrics.store(parts.store), files: metrics.files(parts.files) },
    watch: (app) => {
      app.addHook('onResponse', (request, reply, done) => {
        metrics.answered(routeOf(request).route, reply.statusCode, reply.elapsedTime / 1_000)
        done()
      })
    },
    serve: async (devices) => {
      if (config.metrics === null) return null
      page = await servePage(config.metrics, () => metrics.text({ devices: devices(), bus: parts.bus }))
      return page.address
    },
    close: async () => {
      await page?.close()
      metrics.close()
    },
  }
}
