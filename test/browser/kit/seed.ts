import type { Page } from 'playwright-core'
import { openChat, row, saySent, sees } from './chat.ts'
import { visit } from './person.ts'
import type { Person } from './person.ts'
import type { Stage } from './suite.ts'

/** What bob says at the end of a history. */
export const LAST = 'the last'

/** Alice, before the list of her chats, with a long history with bob: these texts, and then LAST. */
export async function longTalk(stage: Stage, texts: readonly string[]): Promise<Person> {
  const [alice, bob] = await stage.couple('alice', 'bob')
  await openChat(alice, 'bob')
  await saySent(alice, 'the first of the history takes the place of this one')
  await row(bob, 'alice').click()
  await saySent(bob, LAST)
  await sees(alice, LAST)
  await layHistory(alice.page, texts)
  await visit(alice, '/chats')
  return alice
}

/**
 * Lays a long history into this browser, as if it had been there for weeks: copies of the two messages (one of each side) that the
 * open conversation consists of, sealed under the device's own key, in front of them. The page must be reloaded to see them.
 * @param texts of the new messages, oldest first; every third is one's own
 */
async function layHistory(page: Page, texts: readonly string[]): Promise<void> {
  await page.evaluate(fillDatabase, texts)
}

/** In the page. The rows are shaped and sealed as `sdk/src/driver/vault.ts` does it; the shape is taken from the rows there. */
async function fillDatabase(texts: readonly string[]): Promise<void> {
  const settled = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result))
      request.addEventListener('error', () => reject(new Error('The database did not answer.')))
    })
  const [{ name = '' } = {}] = await indexedDB.databases()
  const database = await settled(indexedDB.open(name))
  const { box } = await settled(database.transaction('keys').objectStore('keys').get('account'))
  const parameters = (key: readonly unknown[], iv: Uint8Array<ArrayBuffer>) => ({
    name: 'AES-GCM',
    iv,
    additionalData: new TextEncoder().encode(`chatnip v1 box\nmessages ${JSON.stringify(key)}`),
  })
  const range = IDBKeyRange.bound(['messages'], ['messages', []])
  const rows = database.transaction('rows').objectStore('rows')
  const [paths, blobs] = await Promise.all([settled(rows.getAllKeys(range)), settled(rows.getAll(range))])
  const models = await Promise.all(
    paths.map(async (path, index) => {
      const [, ...key] = path as unknown[]
      const blob: Uint8Array<ArrayBuffer> = blobs[index]
      const bytes = await crypto.subtle.decrypt(parameters(key, blob.slice(1, 13)), box, blob.slice(13))
      return { number: key[0], line: JSON.parse(new TextDecoder().decode(bytes)) }
    }),
  )
  const own = models.find(({ line }) => line.own === true)
  const other = models.find(({ line }) => line.own === false)
  if (own === undefined || other === undefined) throw new Error('There must be a message of each side.')
  const from = Date.now() - texts.length * 60_000
  const sealed = await Promise.all(
    texts.map(async (text, index) => {
      const { number, line } = index % 3 === 0 ? own : other
      const key = [number, 0, index + 1]
      const value = { ...line, id: crypto.randomUUID(), text, at: from + index * 60_000 }
      const iv = crypto.getRandomValues(new Uint8Array(12))
      const bytes = new TextEncoder().encode(JSON.stringify(value))
      const cipher = await crypto.subtle.encrypt(parameters(key, iv), box, bytes)
      const blob = new Uint8Array(13 + cipher.byteLength)
      blob[0] = 1
      blob.set(iv, 1)
      blob.set(new Uint8Array(cipher), 13)
      return { path: ['messages', ...key], blob }
    }),
  )
  const transaction = database.transaction('rows', 'readwrite')
  const done = new Promise((resolve, reject) => {
    transaction.addEventListener('complete', resolve)
    transaction.addEventListener('abort', reject)
  })
  for (const { path, blob } of sealed) transaction.objectStore('rows').put(blob, path as IDBValidKey)
  await done
  database.close()
}
