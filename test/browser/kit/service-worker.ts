import type { Page } from 'playwright-core'

/** Waits until the app lies in this browser and answers for this page. */
export const installed = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready
    if (navigator.serviceWorker.controller !== null) return
    await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve))
  })

/** Asks the server for a newer version now, as browsers do by themselves each time the app is opened. @returns what came of it */
export const askForUpdate = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    const worker = await registration.update().then(
      ({ installing, waiting }) => installing ?? waiting,
      () => null,
    )
    if (worker === null) return 'nothing new'
    return new Promise<string>((resolve) => {
      const look = () => {
        if (worker.state === 'installed' || worker.state === 'redundant') resolve(worker.state)
      }
      worker.addEventListener('statechange', look)
      look()
    })
  })

/** All that lies in the caches of the app's origin: by cache, the hashes of bodies by their paths. */
export const cached = (page: Page): Promise<Record<string, Record<string, string>>> =>
  page.evaluate(async () => {
    const hex = (bytes: ArrayBuffer) =>
      [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    const found: Record<string, Record<string, string>> = {}
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      const files: Record<string, string> = {}
      for (const { url } of await cache.keys()) {
        const body = await (await cache.match(url))?.arrayBuffer()
        if (body !== undefined) files[url] = hex(await crypto.subtle.digest('SHA-256', body))
      }
      found[name] = files
    }
    return found
  })
