import { expect, test } from 'vitest'
import { findFaults } from './kit/axe.ts'
import { accept, box, bubbles, log, openChat, say, saySent, sees, texts } from './kit/chat.ts'
import { reopen, signUp } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'
import { letPass, ownClock } from './kit/time.ts'

const HOUR_MS = 3_600_000

/** Sets by keyboard alone after how long messages disappear. */
async function setLifetime({ page }: Person, after: string): Promise<void> {
  await page.getByRole('button', { name: /^Disappearing messages/u }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Disappearing messages' })
  await dialog.getByRole('radio', { name: after }).press('Space')
  expect(await findFaults(page)).toEqual([])
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'hidden' })
}

const notice = (person: Person, text: string) => log(person).getByRole('listitem').filter({ hasText: text })

await stage(
  'messages that disappear',
  (on) => {
    test('both see who set it; what was read goes from every place at its time, also while the page was closed', async () => {
      const [alice, bob] = await Promise.all([on().person('alice').then(ownClock), on().person('bob').then(ownClock)])
      await Promise.all([signUp(alice), signUp(bob)])
      await openChat(alice, 'bob')
      await saySent(alice, 'this stays')
      await setLifetime(alice, 'After 1 hour')
      await notice(alice, 'You set messages to disappear after 1 hour.').waitFor()
      await saySent(alice, 'a secret')
      await accept(bob, 'alice')
      await notice(bob, 'alice set messages to disappear after 1 hour.').waitFor()
      await sees(bob, 'a secret')
      await bubbles(bob, 'a secret')
        .getByRole('button', { name: /Disappears/u })
        .click()
      const details = bob.page.getByRole('dialog', { name: 'About this message' })
      await details.getByText(/^in (1 hour|\d\d minutes)$/u).waitFor()
      expect(await findFaults(bob.page)).toEqual([])
      await bob.page.keyboard.press('Escape')
      await bubbles(bob, 'a secret').getByRole('article').hover()
      await bubbles(bob, 'a secret').getByRole('button', { name: 'Answer' }).click()
      await bob.page.getByRole('textbox', { name: 'Answer to alice' }).fill('What is it?')

      await letPass(bob, HOUR_MS + 60_000)
      await bubbles(bob, 'a secret').waitFor({ state: 'hidden' })
      expect(await bob.page.getByText('a secret').count(), 'in the list, the quote, or what is read out').toBe(0)
      expect(await box(bob).inputValue()).toBe('What is it?')
      expect(await texts(bob)).toEqual(['this stays'])
      await bob.page.keyboard.press('ControlOrMeta+Shift+f')
      await bob.page.getByRole('combobox').fill('secret')
      await bob.page.getByText('No message holds these words.').waitFor()
      await bob.page.keyboard.press('Escape')

      await saySent(bob, 'another secret')
      await sees(alice, 'another secret')
      await alice.page.close()
      await letPass(alice, 2 * HOUR_MS)
      await reopen(alice, '/chats/bob')
      await sees(alice, 'this stays')
      expect(await texts(alice)).toEqual(['this stays'])
      expect(await alice.page.getByText('secret').count()).toBe(0)
      await setLifetime(alice, 'Off')
      await notice(alice, 'You turned disappearing messages off.').waitFor()
      await say(alice, 'and this stays too')
      await sees(bob, 'and this stays too')
      expect(
        await bubbles(bob, 'and this stays too')
          .getByRole('button', { name: /Disappears/u })
          .count(),
      ).toBe(0)
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)
