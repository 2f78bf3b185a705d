import { expect, test } from 'vitest'
import { findFaults } from './kit/axe.ts'
import { openChat, row, saySent, sees } from './kit/chat.ts'
import { signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'
import { letExpire } from './kit/time.ts'

/** Turns a bit in every byte of one table's rows, as a bad disk may. @returns how many rows that were */
const spoil = ({ page }: Person, table: string): Promise<number> =>
  page.evaluate(async (wanted) => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.addEventListener('success', () => {
          resolve(request.result)
        })
        request.addEventListener('error', () => {
          reject(new Error('The database refused.'))
        })
      })
    const [first] = await indexedDB.databases()
    const database = await done(indexedDB.open(first?.name ?? ''))
    const rows = database.transaction('rows', 'readwrite').objectStore('rows')
    const keys = (await done(rows.getAllKeys())).filter((key) => Array.isArray(key) && key[0] === wanted)
    for (const key of keys) {
      const blob: Uint8Array = await done(rows.get(key))
      await done(
        rows.put(
          blob.map((byte) => byte ^ 1),
          key,
        ),
      )
    }
    database.close()
    return keys.length
  }, table)

/** What lies in the browser is damaged. */
await stage(
  'damage',
  (on) => {
    test('the page says so instead of connecting for ever; what can be read is there and can be saved', async () => {
      const [alice, bob] = await on().couple('alice', 'bob')
      const { page } = alice
      await openChat(alice, 'bob')
      await bob.page.close()
      await saySent(alice, 'before the damage')
      expect(await spoil(alice, 'ids')).toBe(1)
      // Its expiry is told: the row of its id is looked for, and cannot be opened.
      await letExpire(on().app)
      await page
        .getByText('What is stored in this browser is damaged, so nothing comes or goes here any more.')
        .waitFor()
      expect(await findFaults(page)).toEqual([])
      await sees(alice, 'before the damage')
      await page.getByRole('link', { name: 'To the settings' }).click()
      const saved = page.waitForEvent('download')
      await page.getByRole('button', { name: 'Save as text' }).click()
      await saved
      await page.getByText('1 message saved to a file.').waitFor()
      await page.getByRole('button', { name: 'Log out and forget everything here' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Log out and forget everything here' }).click()
      await page.getByRole('heading', { name: 'Chats that stay between you' }).waitFor()
    })

    test('when not even the list can be opened, the page says what is left to do', async () => {
      const carol = await on().person('carol').then(signUp)
      await row(carol, 'Note to self').click()
      await saySent(carol, 'before the damage')
      await spoil(carol, 'peers')
      await visit(carol, '/chats')
      await carol.page.getByText('Clear the data of this site in the settings of your browser').waitFor()
      expect(await findFaults(carol.page)).toEqual([])
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)
