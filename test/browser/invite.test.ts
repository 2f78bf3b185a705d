import { expect, test } from 'vitest'
import { findFaults } from './kit/axe.ts'
import { accept, saySent, sees } from './kit/chat.ts'
import { giveWordBack, PASSWORD, signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

const noFaults = async ({ page }: Person) => expect(await findFaults(page)).toEqual([])

/** One link that signs up, adds its maker and verifies their key. */
await stage(
  'invitations',
  (on) => {
    let alice: Person
    let bob: Person
    let link = ''

    test('whoever follows one signs up and stands before a verified conversation', async () => {
      const small = { viewport: { width: 360, height: 640 } }
      alice = await on().person('alice', small).then(signUp)
      await visit(alice, '/settings')
      await alice.page.getByRole('button', { name: 'Invite somebody' }).click()
      link = await alice.page.getByLabel('Your link').inputValue()
      const { fingerprint } = { fingerprint: /key=([\da-f]{40})$/u.exec(link)?.[1] ?? '' }
      expect(link).toBe(`${on().app.address}/invite#by=alice&key=${fingerprint}`)
      await noFaults(alice)

      bob = await on().person('bob', small)
      const { page } = bob
      await page.goto(link)
      await page.getByRole('heading', { name: 'alice invites you to Chatnip.' }).waitFor()
      await noFaults(bob)
      await page.getByRole('button', { name: 'Sign up' }).click()
      await page.getByLabel('Choose a name').fill('bob')
      await page.getByLabel('Choose a password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign up' }).click()
      await giveWordBack(bob)
      await page.getByRole('region', { name: 'alice', exact: true }).waitFor()
      await page.getByRole('link', { name: 'Compared in person' }).waitFor()
      await saySent(bob, 'Here I am.')
      await visit(alice, '/chats')
      await accept(alice, 'bob')
      await sees(alice, 'Here I am.')
    })

    test('a key that is not the server’s is told, and verifies nothing', async () => {
      const { page } = alice
      const wrong = `/invite#by=bob&key=${'0'.repeat(40)}`
      await visit(alice, wrong)
      await page.getByText('bob would like to chat with you. You are signed in as alice.').waitFor()
      await page.getByRole('button', { name: 'Write to bob' }).click()
      await page.getByRole('alert').getByText('Nothing was marked as verified.').waitFor()
      await noFaults(alice)
      await page.getByRole('link', { name: 'Open the conversation all the same' }).click()
      await page.getByRole('link', { name: 'Encrypted' }).waitFor()
      expect(await page.getByText('Compared in person').count()).toBe(0)
    })

    test('one’s own, and one that is not whole, are said to be so, in Italian too', async () => {
      await visit(alice, new URL(link).pathname + new URL(link).hash)
      await alice.page.reload()
      await alice.page.getByText('This is your own invitation.').waitFor()
      const guest = await on().person('guest', { locale: 'it-IT', colorScheme: 'dark' })
      await visit(guest, '/invite#by=<img src=x onerror=alert(1)>&key=1')
      await guest.page.getByRole('alert').getByText('Questo invito non è intero').waitFor()
      expect(await guest.page.locator('main img').count()).toBe(0)
      await noFaults(guest)
    })
  },
  { browsers: ['chromium'] },
)
