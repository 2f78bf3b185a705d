import { beforeAll, expect, test } from 'vitest'
import { box, bubbles, openChat, row, saySent, sees } from './kit/chat.ts'
import { logIn, signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

/** Presses one of a message's buttons. */
async function press(person: Person, text: string, name: string): Promise<void> {
  const bubble = bubbles(person, text)
  await bubble.locator('article').hover()
  await bubble.getByRole('toolbar').getByRole('button', { name }).click()
}

async function deleteForAll(person: Person, text: string): Promise<void> {
  await press(person, text, 'Delete')
  await person.page.getByRole('button', { name: 'Delete for everybody' }).click()
}

/** By keyboard alone, from the box to a button of the latest message. */
async function reach({ page }: Person, name: string): Promise<void> {
  // Past the button for files.
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Shift+Tab')
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')
  for (let n = 0; n < 9 && (await focused()) !== name; n += 1) await page.keyboard.press('Tab')
}

const whereFocusIs = ({ page }: Person): Promise<string> =>
  page.evaluate(() => {
    const at = document.activeElement
    return `${at?.tagName} ${at?.getAttribute('aria-label') ?? at?.querySelector('.text')?.textContent ?? ''}`
  })

/** What a browser on a phone tells of a long press. Chromium without a screen does not make it of a finger that stays. */
const pressLong = (person: Person, text: string): Promise<boolean> =>
  bubbles(person, text)
    .locator('.text')
    .evaluate((at) =>
      at.dispatchEvent(new PointerEvent('contextmenu', { pointerType: 'touch', bubbles: true, cancelable: true })),
    )

await stage(
  'what happens meanwhile',
  (on) => {
    let alice: Person
    let bob: Person

    beforeAll(async () => {
      ;[alice, bob] = await on().couple('alice', 'bob')
      await openChat(alice, 'bob')
      await saySent(alice, 'hello')
      await row(bob, 'alice').click()
      await sees(bob, 'hello')
    })

    test('the keyboard comes back to the message whose dialog was closed', async () => {
      await saySent(bob, 'come back')
      for (const name of ['React', 'Delete']) {
        await reach(bob, name)
        await bob.page.keyboard.press('Enter')
        await bob.page.getByRole('dialog').getByRole('button').nth(1).waitFor()
        await bob.page.keyboard.press('Escape')
        await expect.poll(() => whereFocusIs(bob)).toBe('ARTICLE come back')
        await bob.page.keyboard.press('Escape')
      }
      await reach(bob, 'Delete')
      await bob.page.keyboard.press('Enter')
      await bob.page.getByRole('button', { name: 'Delete in this browser' }).click()
      await bubbles(bob, 'come back').waitFor({ state: 'hidden' })
      await expect.poll(() => whereFocusIs(bob)).not.toMatch(/^BODY/u)
    })

    test('what is deleted while it is being answered, or read out, is not to be seen any more', async () => {
      await saySent(alice, 'a secret')
      await sees(bob, 'a secret')
      await press(bob, 'a secret', 'Answer')
      const answer = bob.page.getByRole('textbox', { name: 'Answer to alice' })
      await answer.fill('What?')
      await deleteForAll(alice, 'a secret')
      await sees(bob, 'Message deleted')
      await expect.poll(() => bob.page.getByText('a secret').count()).toBe(0)
      expect(await box(bob).inputValue()).toBe('What?')
      await box(bob).fill('')
    })

    test('an edit of what another device has deleted ends, and what was written stays to be sent', async () => {
      const phone = await on().person('bob').then(logIn)
      await saySent(bob, 'mine')
      await visit(phone, '/chats/alice')
      await sees(phone, 'mine')
      await box(bob).press('ArrowUp')
      await bob.page.getByRole('textbox', { name: 'Edit your message' }).fill('mine, but better')
      await deleteForAll(phone, 'mine')
      await box(bob).waitFor()
      expect(await box(bob).inputValue()).toBe('mine, but better')
      expect(await bob.page.getByText('Edit your message').count()).toBe(0)
      await box(bob).fill('')
    })

    test('a finger opens what can be done with a message by a tap or a long press, and its buttons work', async () => {
      const touch = { hasTouch: true, isMobile: true, viewport: { width: 360, height: 640 } }
      const phone = await on().person('carol', touch).then(signUp)
      await openChat(phone, 'bob')
      await box(phone).fill('by finger')
      await phone.page.getByRole('button', { name: 'Send' }).tap()
      await sees(phone, 'by finger')
      const bar = bubbles(phone, 'by finger').getByRole('toolbar')
      await bubbles(phone, 'by finger').locator('.text').tap()
      await bar.getByRole('button', { name: 'React' }).tap()
      await phone.page.getByRole('button', { name: 'React with 👍' }).tap()
      await bubbles(phone, 'by finger').getByRole('button', { name: '👍 from you' }).waitFor()
      await box(phone).tap()
      await bar.waitFor({ state: 'hidden' })
      expect(await pressLong(phone, 'by finger'), 'the own menu stands in for the browser’s').toBe(false)
      await bar.getByRole('button', { name: 'Answer' }).tap()
      await phone.page.getByRole('textbox', { name: 'Answer to yourself' }).waitFor()
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)
