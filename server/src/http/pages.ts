import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import serveFiles from '@fastify/static'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ChatnipError, ENDPOINT_NAMES } from '@chatnip/protocol'
import { sendRefusal } from './errors.ts'

export const WEB_BUNDLE: string = fileURLToPath(new URL('../../../web/dist/', import.meta.url))

/** The original's pages, and where the same is found now. */
const MOVED = { '/login_page': '/login', '/signup_page': '/signup', '/user_home': '/chats' } as const

const NOT_BUILT =
  'Chatnip is running, but its pages have not been built yet.\nRun "npm run build" in the folder of Chatnip and load this page again.\n'

const notPages = new Set<string>([...ENDPOINT_NAMES, 'socket', 'healthz', 'docs', 'avatars'])

/** A person in a browser asking for a page of the app: the app itself finds out which. */
function asksForPage(request: FastifyRequest): boolean {
  const path = request.url.split('?')[0] ?? '/'
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const isHtml = request.headers.accept?.includes('text/html') === true
  return isRead && isHtml && extname(path) === '' && !notPages.has(path.split('/')[1] ?? '')
}

/**
 * The web app: files with a hash in their name for ever, everything else checked each time.
 * @param folder what the web workspace has built
 */
export async function servePages(app: FastifyInstance, folder: string): Promise<void> {
  for (const [old, now] of Object.entries(MOVED)) app.get(old, (_request, reply) => reply.redirect(now, 302))
  const isBuilt = () => existsSync(`${folder}/index.html`)
  await app.register(serveFiles, {
    root: folder,
    index: false,
    preCompressed: true,
    cacheControl: false,
    dotfiles: 'ignore',
    suppressWarning: true,
    setHeaders: (reply, path) => {
      const isHashed = path.includes('/assets/')
      void reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  app.setNotFoundHandler((request, reply) => {
    if (!asksForPage(request)) return sendRefusal(request, reply, new ChatnipError('not_found'))
    if (isBuilt()) return reply.sendFile('index.html')
    return reply.code(503).header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(NOT_BUILT)
  })
}
