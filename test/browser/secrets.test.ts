import { beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { accept, box, openChat, row, saySent, sees } from './kit/chat.ts'
import { logIn, PASSWORD, signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

/** Words that stand nowhere else, so that finding one means that something was kept or sent in the clear. */
const SAID = 'xylophone-marmalade'
const DRAFTED = 'quartz-dandelion'
const PARTNER = 'zebedee'

/** Everything in all of this page's databases, made text: strings as they are, bytes as Latin-1, keys as what can be told of them. */
const dump = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const found: string[] = []
    const tell = (value: unknown): void => {
      if (value instanceof CryptoKey) found.push(`key ${value.type} extractable=${value.extractable}`)
      else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
        const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array(value.buffer)
        found.push(new TextDecoder('latin1').decode(bytes))
      } else if (typeof value === 'object' && value !== null)
        for (const [name, field] of Object.entries(value)) {
          found.push(name)
          tell(field)
        }
      else found.push(String(value))
    }
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.addEventListener('success', () => resolve(request.result))
        request.addEventListener('error', () => reject(new Error('The database did not answer.')))
      })
    for (const { name } of await indexedDB.databases()) {
      const database = await settled(indexedDB.open(name ?? ''))
      found.push(name ?? '')
      for (const store of database.objectStoreNames) {
        const held = database.transaction(store).objectStore(store)
        for (const part of [await settled(held.getAllKeys()), await settled(held.getAll())]) tell(part)
      }
      database.close()
    }
    return found.join('\n')
  })

/** Every body that leaves for the server: of requests, and of frames of the socket. */
function collectSent(page: Page): string[] {
  const sent: string[] = []
  page.on('request', (request) => sent.push(request.postData() ?? ''))
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))))
  return sent
}

await stage(
  'what is kept and what is sent',
  (on) => {
    let alice: Person
    let partner: Person
    let sent: string[]
    /** What nobody may find in the clear. */
    let secrets: string[]

    beforeAll(async () => {
      alice = await on().person('alice')
      partner = await on().person(PARTNER)
      sent = collectSent(alice.page)
      await Promise.all([signUp(alice), signUp(partner)])
      await openChat(alice, PARTNER)
      await saySent(alice, `I said ${SAID}.`)
      await accept(partner, 'alice')
      await saySent(partner, `You said ${SAID}?`)
      await sees(alice, `You said ${SAID}?`)
      await box(alice).fill(`${DRAFTED} is half written`)
      await row(alice, PARTNER).getByText('Draft:').waitFor()
      secrets = [SAID, DRAFTED, PASSWORD, alice.code, ...pairs(alice.code)]
    })

    test('everything in the browser’s databases is ciphertext, and no key can be read out', async () => {
      await visit(alice, `/chats/${PARTNER}`)
      await expect.poll(() => box(alice).inputValue()).toContain(DRAFTED)
      const kept = await dump(alice.page)
      expect(kept.length).toBeGreaterThan(1_000)
      for (const secret of [...secrets, PARTNER]) expect(kept).not.toContain(secret)
      expect(kept).toContain('extractable=false')
      expect(kept).not.toContain('extractable=true')
    })

    test('a word planted there in the clear would be found: a control', async () => {
      await alice.page.evaluate(
        (word) =>
          new Promise<void>((resolve) => {
            const opening = indexedDB.open('planted', 1)
            opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore('rows'))
            opening.addEventListener('success', () => {
              const writing = opening.result.transaction('rows', 'readwrite')
              writing.objectStore('rows').put(new TextEncoder().encode(`… ${word} …`), ['a', 'key'])
              writing.addEventListener('complete', () => {
                opening.result.close()
                resolve()
              })
            })
          }),
        SAID,
      )
      expect(await dump(alice.page)).toContain(SAID)
      await alice.page.evaluate(() => void indexedDB.deleteDatabase('planted'))
    })

    test('other storage holds the own name, the language and nothing else; no script sees the session', async () => {
      const {
        local,
        session,
        cookie,
        caches: cached,
      } = await alice.page.evaluate(async () => ({
        local: Object.fromEntries(Object.entries(localStorage)),
        session: Object.keys(sessionStorage),
        cookie: document.cookie,
        caches: await caches.keys(),
      }))
      expect(local).toEqual({
        'chatnip account': 'alice',
        'chatnip last name': 'alice',
        'chatnip asked to keep': 'yes',
      })
      expect(session).toEqual([])
      expect(cookie).toBe('')
      /** The app itself; `offline.test.ts` looks that it is nothing but that. */
      for (const name of cached) expect(name).toMatch(/^chatnip app [0-9a-f]{32}$/u)
      const { cookies } = await alice.context.storageState()
      expect(cookies).toHaveLength(1)
      expect(cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' })
    })

    test('neither the password nor any text leaves the browser readable', async () => {
      const all = sent.join('\n')
      expect(all).toContain('"type":"send"')
      expect(all).toContain('"username":"alice"')
      for (const secret of secrets) expect(all).not.toContain(secret)
      const second = await on().person('alice')
      const atLogIn = collectSent(second.page)
      await logIn(second)
      expect(atLogIn.join('\n')).toContain('"password"')
      for (const secret of secrets) expect(atLogIn.join('\n')).not.toContain(secret)
      await second.context.close()
    })

    test('the server’s files hold no text and no password', async () => {
      const written = (await on().app.written()).toString('latin1')
      expect(written).toContain(PARTNER)
      for (const secret of secrets) expect(written).not.toContain(secret)
    })

    test('after logging out and forgetting, nothing of the account is left', async () => {
      const { page } = alice
      await visit(alice, '/settings')
      await page.getByRole('button', { name: 'Log out and forget everything here' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Log out and forget everything here' }).click()
      await page.getByRole('heading', { name: 'Chats that stay between you' }).waitFor()
      expect(await dump(page)).not.toContain('key private')
      expect((await alice.context.storageState()).cookies).toEqual([])
    })
  },
  { browsers: ['chromium'] },
)

/** Words of a recovery code two by two, as they would stand in anything that holds the code: one word alone may stand anywhere. */
const pairs = (code: string): string[] => {
  const words = code.split(' ')
  return words.slice(1).map((word, index) => `${words[index]} ${word}`)
}
