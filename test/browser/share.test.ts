import { expect, test } from 'vitest'
import { box, log, openChat } from './kit/chat.ts'
import { visit } from './kit/person.ts'
import { installed } from './kit/service-worker.ts'
import { stage } from './kit/suite.ts'

await stage(
  'what is shared with the installed app',
  (on) => {
    test('asks with whom, stands in that chat as a draft, and goes nowhere by itself', async () => {
      const [alice] = await on().couple('alice', 'bob')
      const { page } = alice
      await installed(page)
      await openChat(alice, 'bob')
      await box(alice).fill('Look:')
      await page.getByRole('navigation', { name: 'Chats' }).getByText('Look:').waitFor()
      await visit(alice, '/chats')
      /** As the system does when somebody chose Chatnip in another program. */
      await page.evaluate(() => {
        const form = document.createElement('form')
        Object.assign(form, { method: 'post', action: '/share', enctype: 'multipart/form-data' })
        const parts = { title: 'A page', text: 'A page about cats & <b>dogs</b>', url: 'https://example.org/?a=1#b' }
        for (const [name, value] of Object.entries(parts)) {
          const input = document.createElement('input')
          Object.assign(input, { name, value })
          form.append(input)
        }
        document.body.append(form)
        form.submit()
      })
      const dialog = page.getByRole('dialog', { name: 'Share with' })
      await dialog.getByText('A page about cats & <b>dogs</b>').waitFor()
      expect(new URL(page.url()).hash).toBe('')
      await dialog.getByRole('combobox').fill('bo')
      await dialog.getByRole('combobox').press('Enter')
      await page.getByRole('region', { name: 'bob', exact: true }).waitFor()
      const words = 'Look:\nA page about cats & <b>dogs</b>\nhttps://example.org/?a=1#b'
      await expect.poll(() => box(alice).inputValue()).toBe(words)
      expect(await log(alice).locator('.text').count()).toBe(0)
      /** Done with: it is not asked again. */
      await page.reload()
      await expect.poll(() => box(alice).inputValue()).toBe(words)
      expect(await page.getByRole('dialog').count()).toBe(0)
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)
