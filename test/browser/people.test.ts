import { beforeAll, expect, test } from 'vitest'
import { bubbles, openChat, row, say, saySent, sees, stateOf } from './kit/chat.ts'
import { findFaults } from './kit/axe.ts'
import { signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

/** Strangers, blocked people, and conversations that make no noise, on a small phone. */
await stage(
  'people',
  (on) => {
    let alice: Person
    let mallory: Person

    beforeAll(async () => {
      const small = { viewport: { width: 360, height: 640 } }
      ;[alice, mallory] = await Promise.all([
        on().person('alice', small).then(signUp),
        on().person('mallory').then(signUp),
      ])
      await openChat(mallory, 'alice')
    })

    const requests = () => alice.page.getByText('1 message request', { exact: true })
    const noFaults = async () => expect(await findFaults(alice.page)).toEqual([])

    test('a stranger waits behind a line; their words are shown without links, and they hear nothing', async () => {
      const { page } = alice
      await saySent(mallory, 'See this: https://example.org/')
      await requests().waitFor()
      expect(await page.title()).toBe('Chats · Chatnip')
      expect(await row(alice, 'mallory').isVisible()).toBe(false)
      await requests().click()
      await noFaults()
      await row(alice, 'mallory').click()
      await sees(alice, 'See this: https://example.org/')
      expect(await page.getByRole('log').getByRole('link').count()).toBe(0)
      expect(await page.locator('.chat img').count()).toBe(0)
      expect(await page.getByRole('textbox').count()).toBe(0)
      await bubbles(alice, 'See this: https://example.org/').hover()
      expect(await page.getByRole('toolbar').count()).toBe(0)
      await page.getByText('isn’t told that this came').waitFor()
      await noFaults()
      await page.getByRole('button', { name: 'Delete' }).click()
      await page.getByText('No chats yet.').waitFor()
      await saySent(mallory, 'once more')
      await requests().click()
      await row(alice, 'mallory').click()
      await sees(alice, 'once more')
      expect(await bubbles(alice, 'See this: https://example.org/').count()).toBe(0)
      // Far more time has passed than a receipt takes.
      const sent = mallory.page.getByRole('button', { name: /^\d\d:\d\d\. Sent\./u })
      expect(await sent.count()).toBe(2)
    })

    test('whoever is blocked is not heard until that is taken back', async () => {
      const { page } = alice
      await page.getByRole('button', { name: 'Block' }).click()
      const dialog = page.getByRole('dialog', { name: 'Block mallory?' })
      await dialog.getByText('The server knows nothing of it').waitFor()
      await noFaults()
      await dialog.getByRole('button', { name: 'Block' }).click()
      await page.getByText('No chats yet.').waitFor()
      await saySent(mallory, 'nobody hears this')
      await visit(alice, '/settings')
      const section = page.getByRole('region', { name: 'Blocked people' })
      await section.getByText('mallory', { exact: true }).waitFor()
      await noFaults()
      await page.getByRole('combobox').selectOption('it')
      await page.getByRole('region', { name: 'Persone bloccate' }).getByText('Il server non sa chi blocchi').waitFor()
      await page.getByRole('combobox').selectOption('en')
      await section.getByRole('button', { name: 'Unblock mallory' }).click()
      await section.getByText('You have blocked nobody.').waitFor()
      await visit(alice, '/chats')
      await saySent(mallory, 'hello again')
      await row(alice, 'mallory').click()
      await sees(alice, 'hello again')
      expect(await bubbles(alice, 'nobody hears this').count()).toBe(0)
      // The control: whoever is accepted hears.
      await stateOf(mallory, 'hello again', 'Delivered').waitFor()
    })

    test('a muted conversation is shown as such and counted nowhere', async () => {
      const { page } = alice
      await page.getByRole('button', { name: 'About this conversation' }).click()
      const dialog = page.getByRole('dialog', { name: 'mallory' })
      await dialog.getByLabel('Muted for 8 hours').check()
      await noFaults()
      await dialog.getByRole('button', { name: 'Save' }).click()
      await dialog.waitFor({ state: 'hidden' })
      await visit(alice, '/chats')
      await row(alice, 'mallory').getByText('Muted').waitFor({ state: 'attached' })
      await say(mallory, 'psst')
      await row(alice, 'mallory').getByText('1 new message').waitFor({ state: 'attached' })
      expect(await page.title()).toBe('Chats · Chatnip')
      await noFaults()
      await row(alice, 'mallory').click()
      await page.getByRole('button', { name: 'About this conversation' }).click()
      await dialog.getByText(/Muted until .*\d\d:\d\d/u).waitFor()
      await dialog.getByLabel('On').check()
      await dialog.getByRole('button', { name: 'Save' }).click()
      await visit(alice, '/chats')
      await row(alice, 'mallory').getByText('Muted').waitFor({ state: 'detached' })
    })
  },
  { browsers: ['chromium'] },
)
