import type { PageWord } from '../src/page-lock.ts'
import { clean } from './clean.ts'
import { install } from './install.ts'
import { closeAll, expectTrial, onNotice, onPress, onPush } from './notify.ts'
import { isShare, share } from './share.ts'
import { fileFor, serve } from './serve.ts'

/**
 * Keeps the app in this browser, so that it opens without a network, and always one whole version of it. It answers for the
 * files of the app alone: it never sees the API, a picture of somebody or anything that belongs to a session. A new version
 * waits until all pages are closed, or until somebody says so.
 */

declare const self: ServiceWorkerGlobalScope

self.addEventListener('install', (event) => {
  event.waitUntil(install())
})

self.addEventListener('activate', (event) => {
  /** Pages that came from the server the first time can do without it from now on. */
  event.waitUntil(Promise.all([clean(self.registration), self.clients.claim()]))
})

self.addEventListener('fetch', (event) => {
  if (isShare(event.request, self.location.origin)) {
    event.respondWith(share(event.request))
    return
  }
  const file = fileFor(event.request, self.location.origin)
  if (file !== null) event.respondWith(serve(file, event.request))
})

self.addEventListener('message', (event) => {
  const word: PageWord = event.data
  if (word === 'take over') event.waitUntil(self.skipWaiting())
  else if (word === 'clean up') event.waitUntil(clean(self.registration))
  else if (word === 'seen') event.waitUntil(closeAll())
  else if (word === 'trial') expectTrial()
  else event.waitUntil(onNotice(word, event.source instanceof Client ? event.source.id : ''))
})

self.addEventListener('push', (event) => {
  event.waitUntil(onPush())
})

self.addEventListener('notificationclick', (event) => {
  event.waitUntil(onPress(event.notification))
})
