import { PAGE_LOCK } from '../src/page-lock.ts'
import { cacheName, isOurs, PREFIX } from './version.ts'

/** The versions of all pages that are open: each holds a lock that is named after its own. */
const versionsInUse = async (): Promise<readonly string[]> => {
  const { held = [] } = await navigator.locks.query()
  return held.flatMap(({ name }) => (name?.startsWith(PAGE_LOCK) === true ? [name.slice(PAGE_LOCK.length)] : []))
}

/**
 * Deletes earlier versions, but for those that an open page is of: it may still need a part that it has not loaded yet. While a
 * newer one comes or waits nothing is deleted, since its files would look like those of an earlier one.
 */
export const clean = async (registration: ServiceWorkerRegistration): Promise<void> => {
  const names = (await caches.keys()).filter(isOurs)
  const kept = [cacheName, ...(await versionsInUse()).map((id) => PREFIX + id)]
  /** Asked last: what begins to come after this is not among `names`. */
  if (registration.installing !== null || registration.waiting !== null) return
  await Promise.all(names.filter((name) => !kept.includes(name)).map((name) => caches.delete(name)))
}
