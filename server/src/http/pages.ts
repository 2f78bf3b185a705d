import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ChatnipError, ENDPOINT_NAMES } from '@chatnip/protocol'
import { sendRefusal } from './errors.ts'
import { openFiles } from './files.ts'
import type { File } from './files.ts'

export const WEB_BUNDLE: string = fileURLToPath(new URL('../../../web/dist', import.meta.url))

/** The original's pages, and where the same is found now. */
const MOVED = { '/login_page': '/login', '/signup_page': '/signup', '/user_home': '/chats' } as const

const NOT_BUILT =
  'Chatnip is running, but its pages have not been built yet.\nRun "npm run build" in the folder of Chatnip and load this page again.\n'

const notPages = new Set<string>([...ENDPOINT_NAMES, 'socket', 'healthz', 'readyz', 'docs', 'avatars'])

/** A person in a browser asking for a page of the app: the app itself finds out which. Names, like files, may have dots. */
function asksForPage(request: FastifyRequest, path: string): boolean {
  const isHtml = request.headers.accept?.includes('text/html') === true
  const mayBePage = extname(path) === '' || path.startsWith('/chats/')
  return isHtml && mayBePage && !notPages.has(path.split('/')[1] ?? '')
}

async function sendFile(request: FastifyRequest, reply: FastifyReply, file: File): Promise<FastifyReply> {
  reply.header('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
  reply.headers({ etag: file.etag, vary: 'accept-encoding' })
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
  const takesBrotli = /\bbr\b/.test(request.headers['accept-encoding']?.toString() ?? '')
  const packed = takesBrotli ? await file.brotli() : null
  if (packed !== null) reply.header('content-encoding', 'br')
  return reply.type(file.type).send(packed ?? file.bytes)
}

/**
 * The web app: files with a hash in their name for ever, everything else checked each time. Whatever else a person's browser
 * asks for is the app's own page to show.
 * @param folder what the web workspace has built
 */
export function servePages(app: FastifyInstance, folder: string): void {
  const find = openFiles(folder)
  for (const [old, now] of Object.entries(MOVED)) app.get(old, (_request, reply) => reply.redirect(now, 302))
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '/'
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const file = isRead ? find(path) : null
    if (file !== null) return sendFile(request, reply, file)
    if (!isRead || !asksForPage(request, path)) return sendRefusal(request, reply, new ChatnipError('not_found'))
    const index = find('/index.html')
    if (index !== null) return sendFile(request, reply, index)
    return reply.code(503).header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(NOT_BUILT)
  })
}
