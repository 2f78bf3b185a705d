import { expect, test } from 'vitest'
import { findFaults } from './kit/axe.ts'
import { box, row, sees } from './kit/chat.ts'
import { newPerson, signUp } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

/** Browsers that allow no service workers; `update.test.ts` is about the others. */
const BARE = { serviceWorkers: 'block' } as const

/** From now on the server has another build: the page names other files, and those of the old one are gone. */
async function rebuild({ context, app }: Person): Promise<void> {
  await context.route(`${app.address}/`, async (route) => {
    const reply = await route.fetch()
    const page = (await reply.text()).replace(/\/assets\/index-[\w-]+\.js/u, '/assets/index-another.js')
    await route.fulfill({ response: reply, body: page })
  })
  await context.route(/\/assets\/settings-[\w-]+\.js$/u, (route) => route.fulfill({ status: 404, body: '' }))
}

const toast = ({ page }: Person) => page.getByText('There is a new version of Chatnip.')

/** The server was updated while the page is open. */
await stage(
  'a new version',
  (on) => {
    test('a part that is gone is told as a new version, and the page is loaded anew only when somebody says so', async () => {
      // Not watched by the stage: here a file is missing on purpose.
      const alice = await signUp(await newPerson(on().browser, on().app, 'alice', BARE))
      const { page } = alice
      await row(alice, 'Note to self').click()
      await box(alice).fill('half a sentence')
      await rebuild(alice)
      await page.getByRole('link', { name: 'Settings' }).click()
      await toast(alice).first().waitFor()
      expect(await findFaults(page)).toEqual([])
      await page.goBack()
      await expect.poll(() => box(alice).inputValue()).toBe('half a sentence')
      await alice.context.unrouteAll()
      await page.getByRole('status').getByRole('button', { name: 'Reload' }).click()
      await page.waitForLoadState()
      await expect.poll(() => box(alice).inputValue()).toBe('half a sentence')
      expect(await toast(alice).count()).toBe(0)
      await alice.context.close()
    })

    test('a line that comes back looks for it; the same build is not told as a new one', async () => {
      const bob = await on().person('bob', BARE).then(signUp)
      await on().app.stopServer()
      await bob.page.getByText('Offline.').waitFor()
      const looked = bob.page.waitForResponse(`${on().app.address}/`)
      await on().app.startServer()
      await (await looked).finished()
      await row(bob, 'Note to self').click()
      await sees(await noted(bob), 'still the same')
      expect(await toast(bob).count()).toBe(0)
      await rebuild(bob)
      await on().app.stopServer()
      await bob.page.getByText('Offline.').waitFor()
      await on().app.startServer()
      await toast(bob).waitFor()
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)

async function noted(person: Person): Promise<Person> {
  await box(person).fill('still the same')
  await box(person).press('Enter')
  return person
}
