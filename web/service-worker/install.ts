import { cacheName, version } from './version.ts'

/** Files with a hash in their name never change under it; all others are asked for anew. */
const freshness = (path: string): RequestCache => (path.startsWith('/assets/') ? 'default' : 'no-cache')

/** The browser compares each file with its hash before anything sees it: no error page ever passes for a part of the app. */
const requestFor = (path: string, hash: string, cache: RequestCache): Request =>
  new Request(path, { integrity: `sha256-${hash}`, cache, redirect: 'error' })

const fetchAll = async (cacheOf: (path: string) => RequestCache): Promise<void> => {
  const cache = await caches.open(cacheName)
  await cache.addAll(Object.entries(version.files).map(([path, hash]) => requestFor(path, hash, cacheOf(path))))
}

/**
 * Fetches this version into a cache of its own: all of it, or none.
 * @throws TypeError when a file is missing, or is another than the build has made; the version before stays in use, and the
 * browser tries again by itself
 */
export const install = async (): Promise<void> => {
  try {
    /** Something false may lie in the browser's own HTTP cache: the second attempt goes past it. */
    await fetchAll(freshness).catch(() => fetchAll(() => 'reload'))
  } catch (error) {
    await caches.delete(cacheName)
    throw error
  }
}
