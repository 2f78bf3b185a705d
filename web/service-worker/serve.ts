import { parseRoute } from '../src/route.ts'
import { cacheName, isOurs, version } from './version.ts'

/** Which file of the app answers this request; null: none, it is not ours to answer. */
export const fileFor = (request: Pick<Request, 'method' | 'mode' | 'url'>, origin: string): string | null => {
  const { origin: asked, pathname } = new URL(request.url)
  if (request.method !== 'GET' || asked !== origin) return null
  if (request.mode === 'navigate' && parseRoute(pathname).page !== 'lost') return '/index.html'
  /** Also parts of an earlier version, which a page that is open may still need. */
  return Object.hasOwn(version.files, pathname) || pathname.startsWith('/assets/') ? pathname : null
}

const findIn = async (name: string, file: string): Promise<Response | undefined> =>
  (await caches.open(name)).match(file, { ignoreVary: true })

const findInAny = async (file: string): Promise<Response | undefined> => {
  for (const name of (await caches.keys()).filter(isOurs)) {
    const found = await findIn(name, file)
    if (found !== undefined) return found
  }
  return undefined
}

/** From this version's cache, else from an earlier one's, else (somebody has cleared the caches) from the server. */
export const serve = async (file: string, request: Request): Promise<Response> => {
  const own = Object.hasOwn(version.files, file) ? await findIn(cacheName, file) : undefined
  return own ?? (await findInAny(file)) ?? fetch(request)
}
