import { expect, test } from 'vitest'
import { findFaults } from './kit/axe.ts'
import { box, bubbles, log, openChat, row, say, saySent, sees, texts } from './kit/chat.ts'
import { logIn, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

/** Points at a message and presses one of its buttons. */
async function press(person: Person, text: string, name: string): Promise<void> {
  const bubble = bubbles(person, text)
  await bubble.locator('article').hover()
  await bubble.getByRole('toolbar').getByRole('button', { name }).click()
}

const reaction = (person: Person, text: string, name: string) => bubbles(person, text).getByRole('button', { name })

const dialog = ({ page }: Person, name: string) => page.getByRole('dialog', { name })

/** Runs in the page: ↑ and the new words before the page is drawn again; then it is drawn. */
async function editAtOnce(box: Node, text: string): Promise<void> {
  if (!(box instanceof HTMLTextAreaElement)) throw new Error('That is no box to write in.')
  box.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true, cancelable: true }))
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  box.value = text
  box.dispatchEvent(new InputEvent('input', { bubbles: true }))
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
}

/** Two people, of whom one has two devices. */
await stage(
  'what is done to messages',
  (on) => {
    test('an answer, a reaction, an edit and a deletion reach every device, and every page of them is as it should be', async () => {
      const [alice, bob] = await on().couple('alice', 'bob')
      const phone = await on().person('alice').then(logIn)
      await openChat(alice, 'bob')
      await saySent(alice, 'Dinner at seven?')
      await visit(phone, '/chats/bob')
      await row(bob, 'alice').click()
      await sees(bob, 'Dinner at seven?')

      await press(bob, 'Dinner at seven?', 'React')
      expect(await findFaults(bob.page)).toEqual([])
      await dialog(bob, 'React').getByRole('button', { name: 'React with ❤️' }).click()
      await reaction(bob, 'Dinner at seven?', '❤️ from you').waitFor()
      for (const who of [alice, phone]) await reaction(who, 'Dinner at seven?', '❤️ from bob').waitFor()
      await row(alice, 'bob').getByText('❤️ to “Dinner at seven?”').waitFor()
      await alice.page
        .getByRole('status')
        .filter({ hasText: 'bob reacts ❤️ to: Dinner' })
        .waitFor({ state: 'attached' })

      await press(bob, 'Dinner at seven?', 'Answer')
      await bob.page.getByRole('textbox', { name: 'Answer to alice' }).fill('Gladly')
      expect(await findFaults(bob.page)).toEqual([])
      await bob.page.keyboard.press('Enter')
      for (const who of [alice, phone, bob]) await sees(who, 'Gladly')
      const said = bubbles(alice, 'Gladly').getByRole('article', {
        name: 'bob: In answer to you Dinner at seven? Gladly',
      })
      await said.waitFor()

      await box(phone).press('ArrowUp')
      await phone.page.getByRole('textbox', { name: 'Edit your message' }).fill('Dinner at eight?')
      await phone.page.keyboard.press('Enter')
      for (const who of [alice, phone, bob]) {
        await sees(who, 'Dinner at eight?')
        await bubbles(who, 'Dinner at eight?')
          .getByRole('button', { name: /^edited \d\d:\d\d\./u })
          .waitFor()
        await bubbles(who, 'Gladly').getByText('Dinner at eight?').waitFor()
      }

      await press(alice, 'Dinner at eight?', 'Delete')
      expect(await findFaults(alice.page)).toEqual([])
      await dialog(alice, 'Delete this message?').getByRole('button', { name: 'Delete for everybody' }).click()
      for (const who of [alice, phone, bob]) {
        await sees(who, 'Message deleted')
        expect(await texts(who)).toEqual(['Message deleted', 'Gladly'])
        await bubbles(who, 'Gladly').getByText('Message deleted').waitFor()
      }
      expect(await findFaults(bob.page)).toEqual([])
      await bob.page.reload()
      await sees(bob, 'Message deleted')
    })

    test('by keyboard alone: a message is reached, reacted to with any emoji, and taken back; Escape leaves an edit', async () => {
      const [carol, dave] = await on().couple('carol', 'dave')
      await openChat(carol, 'dave')
      await saySent(carol, 'One thing')
      const { page } = carol
      // Past the button for files.
      await page.keyboard.press('Shift+Tab')
      await page.keyboard.press('Shift+Tab')
      await log(carol).getByRole('article').and(page.locator(':focus')).waitFor()
      const bar = bubbles(carol, 'One thing').getByRole('toolbar')
      const react = bar.getByRole('button', { name: 'React' })
      for (let n = 0; n < 5 && !(await react.evaluate((one) => one === document.activeElement)); n += 1)
        await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      const other = dialog(carol, 'React').getByRole('textbox')
      await other.fill('not one')
      await page.keyboard.press('Enter')
      await dialog(carol, 'React').getByRole('alert').waitFor()
      expect(await findFaults(page)).toEqual([])
      await other.fill('👩🏽‍🚀')
      await page.keyboard.press('Enter')
      const mine = reaction(carol, 'One thing', '👩🏽‍🚀 from you')
      await mine.waitFor()
      expect(await mine.getAttribute('aria-pressed')).toBe('true')
      await row(dave, 'carol').click()
      await reaction(dave, 'One thing', '👩🏽‍🚀 from carol').waitFor()
      await mine.press('Enter')
      await reaction(dave, 'One thing', '👩🏽‍🚀 from carol').waitFor({ state: 'hidden' })
      await box(carol).fill('a draft')
      await box(carol).fill('')
      await box(carol).press('ArrowUp')
      await page.getByRole('textbox', { name: 'Edit your message' }).fill('Another thing')
      await page.keyboard.press('Escape')
      expect(await box(carol).inputValue()).toBe('')
      expect(await texts(carol)).toEqual(['One thing'])
    })

    test('an edit has the very next key; one that cannot be sent says why and keeps its words', async () => {
      const [gina, hugo] = await on().couple('gina', 'hugo')
      await openChat(gina, 'hugo')
      await saySent(gina, 'helo')
      await box(gina).evaluate(editAtOnce, 'hello')
      await gina.page.keyboard.press('Enter')
      await sees(gina, 'hello')
      const tooLong = 'x'.repeat(40_000)
      await box(gina).press('ArrowUp')
      const edit = gina.page.getByRole('textbox', { name: 'Edit your message' })
      await edit.fill(tooLong)
      await gina.page.keyboard.press('Enter')
      await gina.page.getByRole('alert').getByText('too long').waitFor()
      await gina.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))))
      expect(await gina.page.getByRole('alert').getByText('too long').count()).toBe(1)
      expect(await edit.inputValue()).toBe(tooLong)
      await gina.page.keyboard.press('Escape')
      await edit.waitFor({ state: 'hidden' })
      expect(await gina.page.getByRole('alert').count()).toBe(0)
      await row(hugo, 'gina').click()
      await sees(hugo, 'hello')
    })

    test('offline an edit is shown at once and goes later; deleted here it stays there', async () => {
      const [erin, frank] = await on().couple('erin', 'frank')
      await openChat(erin, 'frank')
      await saySent(erin, 'helo')
      await row(frank, 'erin').click()
      await sees(frank, 'helo')
      await erin.context.setOffline(true)
      await press(erin, 'helo', 'Edit')
      await erin.page.getByRole('textbox', { name: 'Edit your message' }).fill('hello')
      await erin.page.keyboard.press('Enter')
      await sees(erin, 'hello')
      await bubbles(erin, 'hello')
        .getByRole('button', { name: /Waiting to be sent/u })
        .waitFor()
      await erin.context.setOffline(false)
      await sees(frank, 'hello')
      await say(erin, 'and more')
      await sees(frank, 'and more')
      await press(frank, 'hello', 'Delete')
      await dialog(frank, 'Delete this message?').getByRole('button', { name: 'Delete in this browser' }).click()
      await bubbles(frank, 'hello').waitFor({ state: 'hidden' })
      await frank.page.reload()
      await sees(frank, 'and more')
      expect(await texts(frank)).toEqual(['and more'])
      expect(await texts(erin)).toEqual(['hello', 'and more'])
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)
