import { beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { findFaults } from './kit/axe.ts'
import { bubbles, openChat, row, saySent, sees } from './kit/chat.ts'
import { fillSignUp, giveWordBack, PASSWORD, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

/** Looks that nothing hangs out of the page at the side. */
async function fits(page: Page): Promise<void> {
  const { wide, open } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    open: window.innerWidth,
  }))
  if (wide > open) throw new Error(`${page.url()} is ${wide} wide in a window of ${open}.`)
}

/** Pages as people with other eyes, hands and screens meet them. */
await stage(
  'for everybody',
  (on) => {
    let alice: Person
    let bob: Person

    beforeAll(async () => {
      ;[alice, bob] = await on().couple('alice', 'bob')
      await openChat(alice, 'bob')
      await saySent(alice, 'Hello, Bob. See https://example.org/')
      await row(bob, 'alice').click()
      await saySent(bob, 'Hello, Alice.')
      await sees(alice, 'Hello, Alice.')
    })

    test.for(['/', '/about', '/signup', '/login', '/recover', '/nowhere', '/docs'])(
      'axe finds nothing on %s, and it fits a small phone',
      async (path) => {
        const guest = await on().person('guest', { viewport: { width: 360, height: 640 } })
        await visit(guest, path)
        await guest.page.getByRole('heading', { level: 1 }).waitFor()
        await fits(guest.page)
        expect(await findFaults(guest.page)).toEqual([])
        await guest.context.close()
      },
    )

    test('axe finds nothing in forms that were filled in wrongly, nor in the recovery code', async () => {
      const anna = await on().person('anna')
      const { page } = anna
      await visit(anna, '/signup')
      await page.getByLabel('Choose a name').fill('not a name')
      await page.getByLabel('Choose a password').fill('short')
      await page.getByRole('button', { name: 'Sign up' }).click()
      await page.getByText('Use letters without accents').waitFor()
      expect(await findFaults(page)).toEqual([])
      await page.getByRole('button', { name: 'Suggest one for me' }).click()
      await page.getByRole('button', { name: 'Fill in a blank instead' }).click()
      await page.getByLabel(/^Fill in the blank/u).waitFor()
      expect(await findFaults(page)).toEqual([])
      await page.getByRole('button', { name: 'Let the browser do it' }).click()
      await fillSignUp(anna)
      expect(await findFaults(page)).toEqual([])
      await giveWordBack(anna)
      await page.getByText('No chats yet.').waitFor()
      expect(await findFaults(page)).toEqual([])
    })

    test('axe finds nothing in the chats, the details, the comparison and the settings', async () => {
      const { page } = alice
      expect(await findFaults(page), 'conversation').toEqual([])
      await bubbles(alice, 'Hello, Alice.').getByRole('button').click()
      await page.getByRole('dialog').waitFor()
      expect(await findFaults(page), 'details').toEqual([])
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
      await page.getByRole('link', { name: 'Encrypted', exact: true }).click()
      await page.getByRole('button', { name: 'They are the same' }).waitFor()
      expect(await findFaults(page), 'comparison').toEqual([])
      await visit(alice, '/chats/nobody-at-all')
      await page.getByText('There is nobody of that name here.').waitFor()
      expect(await findFaults(page), 'nobody').toEqual([])
      await visit(alice, '/settings')
      await page.getByText('(this browser)').waitFor()
      expect(await findFaults(page), 'settings').toEqual([])
      await page.getByRole('button', { name: 'Delete the account' }).click()
      await page.getByRole('dialog').waitFor()
      expect(await findFaults(page), 'question').toEqual([])
      await page.keyboard.press('Escape')
      await visit(alice, '/chats/bob')
      await sees(alice, 'Hello, Alice.')
    })

    test('axe would find something: a control', async () => {
      const guest = await on().person('guest')
      await visit(guest, '/')
      await guest.page.evaluate(() => document.querySelector('main')?.append(document.createElement('input')))
      expect((await findFaults(guest.page)).join()).toMatch(/label/u)
    })

    test('on a phone there is one pane, and both back buttons lead to the list', async () => {
      const { page } = bob
      await page.setViewportSize({ width: 360, height: 640 })
      const list = page.getByRole('navigation', { name: 'Chats' })
      await visit(bob, '/chats')
      await list.waitFor()
      await fits(page)
      expect(await findFaults(page), 'list').toEqual([])
      await row(bob, 'alice').click()
      await sees(bob, 'Hello, Bob. See https://example.org/')
      await list.waitFor({ state: 'hidden' })
      await fits(page)
      expect(await findFaults(page), 'conversation').toEqual([])
      const box = await page.getByRole('textbox').boundingBox()
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(640)
      await page.getByRole('button', { name: 'Back to the list' }).click()
      await list.waitFor()
      await row(bob, 'alice').click()
      await list.waitFor({ state: 'hidden' })
      await page.goBack()
      await list.waitFor()
      await visit(bob, '/settings')
      await page.getByText('(this browser)').waitFor()
      await fits(page)
      await visit(bob, '/chats/alice/compare')
      await page.getByRole('button', { name: 'They are the same' }).waitFor()
      await fits(page)
      await page.setViewportSize({ width: 1280, height: 800 })
    })

    test('everything can be done from the keyboard alone', async () => {
      const dora = await on().person('dora')
      const { page } = dora
      const { keyboard } = page
      /** Goes on by Tab until the focus is on what is called `name`. */
      const tabTo = async (name: RegExp | string): Promise<void> => {
        for (let step = 0; step < 40; step++) {
          await keyboard.press('Tab')
          if (await page.getByRole('main').or(page.locator('body')).first().evaluate(focusIs, String(name))) return
        }
        throw new Error(`Tab never came to ${name}.`)
      }
      /** A page that opens takes the focus to its title; who types before that types into nothing. */
      const opened = (title: string) => page.locator('h1:focus').filter({ hasText: title }).waitFor()
      await visit(dora, '/')
      await page.getByRole('heading', { level: 1 }).waitFor()
      await tabTo('Sign up')
      await keyboard.press('Enter')
      await opened('Sign up')
      await tabTo('Choose a name')
      await keyboard.type('dora')
      await tabTo('Choose a password')
      await keyboard.type(PASSWORD)
      await keyboard.press('Enter')
      await opened('Your recovery code')
      const asked = Number(/\d+/u.exec((await page.getByText(/what is word/u).textContent()) ?? '')?.[0])
      const word = page
        .getByRole('list', { name: 'The twelve words' })
        .getByRole('listitem')
        .nth(asked - 1)
      await tabTo('what is word')
      await keyboard.type((await word.textContent()) ?? '')
      await keyboard.press('Enter')
      await opened('Chats')
      await tabTo('Write to a name')
      await keyboard.type('bob')
      await keyboard.press('Enter')
      await page.getByRole('region', { name: 'bob', exact: true }).waitFor()
      await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
      await keyboard.type('typed')
      await keyboard.press('Enter')
      await keyboard.type('without a mouse')
      await keyboard.press('Enter')
      await sees(dora, 'without a mouse')
      // Past the button for files.
      await keyboard.press('Shift+Tab')
      await keyboard.press('Shift+Tab')
      await keyboard.press('ArrowUp')
      await keyboard.press('Enter')
      const dialog = page.getByRole('dialog', { name: 'About this message' })
      await dialog.waitFor()
      await keyboard.press('Escape')
      await dialog.waitFor({ state: 'hidden' })
      expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^You: typed/u)
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)

/** In the page: whether the focus is on something of that name. */
function focusIs(_element: Element, name: string): boolean {
  const at = document.activeElement
  const label = at instanceof HTMLInputElement ? at.labels?.[0]?.textContent : null
  return [label, at?.getAttribute('aria-label'), at?.textContent].some((text) => text?.includes(name) === true)
}
