import { beforeAll, expect, test } from 'vitest'
import { findFaults } from './kit/axe.ts'
import { bubbles, row, saySent, sees } from './kit/chat.ts'
import type { Person } from './kit/person.ts'
import { longTalk } from './kit/seed.ts'
import { stage } from './kit/suite.ts'

const MANY = 3_000
/** What is said among them, by its place. */
const OLD: Readonly<Record<number, string>> = { 40: 'The key is under the Straße mat', 2_990: 'Ci vediamo in città' }

const dialog = ({ page }: Person) => page.getByRole('dialog', { name: 'Search messages' })
const hits = (person: Person) => dialog(person).getByRole('option')
const field = (person: Person) => dialog(person).getByRole('combobox', { name: 'Words' })

await stage(
  'the search',
  (on) => {
    let alice: Person

    beforeAll(async () => {
      const texts = Array.from({ length: MANY }, (_, at) => OLD[at] ?? `line ${at}`)
      alice = await longTalk(on(), texts)
      await row(alice, 'Note to self').click()
      await saySent(alice, 'remember the citta')
    })

    test('finds as one types, the latest first, with the words marked, and leads to the message far back', async () => {
      const { page } = alice
      await page.getByRole('button', { name: 'Search messages' }).click()
      await field(alice).pressSequentially('CITTA')
      await dialog(alice).getByText('2 messages', { exact: true }).waitFor()
      expect(await hits(alice).locator('mark').allTextContents()).toEqual(['citta', 'città'])
      expect(await findFaults(page)).toEqual([])
      await field(alice).fill('strasse key')
      await hits(alice).getByText('The key is under the Straße mat').waitFor()
      await field(alice).press('Enter')
      await dialog(alice).waitFor({ state: 'detached' })
      await sees(alice, 'The key is under the Straße mat')
      const line = bubbles(alice, 'The key is under the Straße mat')
      await expect.poll(() => line.evaluate((element) => element.contains(document.activeElement))).toBe(true)
      const { y = -1 } = (await line.boundingBox()) ?? {}
      expect(y).toBeGreaterThan(0)
      expect(y).toBeLessThan(800)
    })

    test('can be kept to the open chat, is moved in by the arrow keys, and shows older ones on request', async () => {
      const { page } = alice
      await page.keyboard.press('ControlOrMeta+Shift+f')
      await field(alice).fill('citta')
      await dialog(alice).getByText('2 messages', { exact: true }).waitFor()
      await dialog(alice).getByRole('checkbox', { name: 'Only in the chat with bob' }).check()
      await dialog(alice).getByText('One message', { exact: true }).waitFor()
      await field(alice).fill('line')
      await dialog(alice).getByText('More than 50 messages').waitFor()
      await field(alice).press('ArrowDown')
      expect(await hits(alice).nth(1).getAttribute('aria-selected')).toBe('true')
      expect(await hits(alice).nth(1).textContent()).toContain(`line ${MANY - 2}`)
      await dialog(alice).getByRole('button', { name: 'Show older ones' }).click()
      await dialog(alice).getByText('More than 100 messages').waitFor()
      await field(alice).fill('no such words')
      await dialog(alice).getByText('No message holds these words.').waitFor()
      await page.keyboard.press('Escape')
      await dialog(alice).waitFor({ state: 'detached' })
    })
  },
  { rateLimits: false },
)
