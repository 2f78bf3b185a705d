import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

const STYLE = new URL('docs.css', import.meta.url)

/** `/docs` and `/docs/openapi.json`, rendered on first asking: they cost nothing at start. */
export function serveDocs(app: FastifyInstance): void {
  const serve = (path: string, type: string, render: () => Promise<string> | string) => {
    let text: string | null = null
    app.get(path, async (_request, reply) => {
      text ??= await render()
      return reply.header('cache-control', 'no-cache').type(type).send(text)
    })
  }
  serve('/docs', 'text/html; charset=utf-8', async () => (await import('./html.ts')).renderHtml())
  serve('/docs/openapi.json', 'application/json; charset=utf-8', async () =>
    (await import('./openapi.ts')).renderOpenApi(),
  )
  serve('/docs/docs.css', 'text/css; charset=utf-8', () => readFileSync(STYLE, 'utf8'))
}
