import { beforeAll, expect, test } from 'vitest'
import { findFaults } from './kit/axe.ts'
import { accept, box, bubbles, log, openChat, row, saySent, sees, texts } from './kit/chat.ts'
import { signUp } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

/** Which part of the page has the focus; of a message, which one. */
const focus = ({ page }: Person): Promise<string> =>
  page.evaluate(() => {
    const at = document.activeElement
    return `${at?.tagName} ${at?.querySelector('.text')?.textContent ?? ''}`
  })

/** Presses a key with Ctrl. @returns whether a dialog has the next one, before the page is drawn again */
const opensAtOnce = ({ page }: Person, key: string): Promise<boolean> =>
  page.evaluate(async (pressed) => {
    const event = new KeyboardEvent('keydown', { key: pressed, ctrlKey: true, bubbles: true, cancelable: true })
    document.activeElement?.dispatchEvent(event)
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    return document.activeElement?.closest('dialog[open]') !== null
  }, key)

await stage(
  'by keyboard and pointer',
  (on) => {
    let alice: Person
    let bob: Person

    beforeAll(async () => {
      const permissions = { permissions: ['clipboard-read', 'clipboard-write'] }
      ;[alice, bob] = await Promise.all([
        on().person('alice', permissions).then(signUp),
        on().person('bob').then(signUp),
      ])
      await openChat(alice, 'bob')
      for (let n = 1; n <= 30; n += 1) await saySent(alice, `Line ${n}`)
      await accept(bob, 'alice')
      await saySent(bob, 'the end')
      await sees(alice, 'the end')
    })

    test('marks become letters, and copying gives what was written', async () => {
      await box(alice).fill('')
      await alice.page.keyboard.type('so bold')
      await alice.page.keyboard.press('Shift+Control+ArrowLeft')
      await alice.page.keyboard.press('Control+b')
      expect(await box(alice).inputValue()).toBe('so **bold**')
      await alice.page.keyboard.press('Control+z')
      expect(await box(alice).inputValue()).toBe('so bold')
      await alice.page.keyboard.press('Control+b')
      await alice.page.keyboard.press('End')
      await alice.page.keyboard.type(' and snake_case')
      await alice.page.keyboard.press('Enter')
      const strong = log(bob).locator('strong')
      await strong.waitFor()
      expect(await strong.textContent()).toBe('bold')
      expect((await texts(bob)).at(-1)).toBe('so bold and snake_case')
      await row(alice, 'bob').getByText('so bold and snake_case').waitFor()
      const bubble = log(alice).getByRole('article').last()
      await bubble.hover()
      await bubble.getByRole('button', { name: 'Copy the text' }).click()
      await bubble.getByText('Copied.').waitFor({ state: 'attached' })
      const copied = () => alice.page.evaluate(() => navigator.clipboard.readText())
      expect(await copied()).toBe('so **bold** and snake_case')
      await bubbles(alice, 'Line 30').getByRole('article').click()
      await alice.page.keyboard.press('Control+c')
      await expect.poll(copied).toBe('Line 30')
      expect(await findFaults(alice.page)).toEqual([])
    })

    test('pages, the first and the latest message, back to writing, and typing anywhere', async () => {
      const { keyboard } = alice.page
      await keyboard.press('Escape')
      expect(await focus(alice)).toMatch(/^TEXTAREA/u)
      // Past the button for files.
      await keyboard.press('Shift+Tab')
      await keyboard.press('Shift+Tab')
      await expect.poll(() => focus(alice)).toMatch(/^ARTICLE/u)
      await keyboard.press('Control+Home')
      await expect.poll(() => focus(alice)).toMatch(/^ARTICLE Line 1$/u)
      await keyboard.press('ArrowDown')
      expect(await focus(alice)).toMatch(/^ARTICLE Line 2$/u)
      await keyboard.press('PageDown')
      expect(await focus(alice)).toMatch(/^ARTICLE Line 1\d$/u)
      await keyboard.press('Control+End')
      await expect.poll(() => focus(alice)).toMatch(/^ARTICLE so bold/u)
      await keyboard.type('hello')
      expect(await box(alice).inputValue()).toBe('hello')
      await keyboard.press('Control+Home')
      expect(await box(alice).evaluate((area) => area instanceof HTMLTextAreaElement && area.selectionStart)).toBe(0)
      await box(alice).fill('')
    })

    test('a dialog has the very next key, also one that has yet to be loaded', async () => {
      const { page } = alice
      for (const [key, title] of [
        ['/', 'Keys'],
        ['k', 'Go to a chat'],
        ['k', 'Go to a chat'],
      ] as const) {
        expect(await opensAtOnce(alice, key)).toBe(true)
        const dialog = page.getByRole('dialog', { name: title })
        await dialog.locator('dd, [role=combobox]').first().waitFor()
        await page.keyboard.press('Escape')
        /** Not only hidden: the page hears a moment later that it was closed, and the same keys would mean the same dialog until then. */
        await dialog.waitFor({ state: 'detached' })
        await expect.poll(() => focus(alice)).toMatch(/^TEXTAREA/u)
      }
    })

    test('go to a chat by name, and from one to the next', async () => {
      const { page } = alice
      await page.keyboard.press('Control+k')
      const dialog = page.getByRole('dialog', { name: 'Go to a chat' })
      await dialog.getByRole('combobox').waitFor()
      expect(await findFaults(page)).toEqual([])
      await page.keyboard.type('note')
      await dialog.getByRole('option', { name: 'Note to self', selected: true }).waitFor()
      await page.keyboard.press('Enter')
      await page.getByRole('region', { name: 'Note to self' }).waitFor()
      await page.keyboard.press('Alt+ArrowUp')
      await page.getByRole('region', { name: 'bob', exact: true }).waitFor()
      await page.keyboard.press('Alt+ArrowDown')
      await page.getByRole('region', { name: 'Note to self' }).waitFor()
      await saySent(bob, 'something new')
      await row(alice, 'bob').getByText('1 new message').waitFor({ state: 'attached' })
      await page.keyboard.press('Alt+Shift+ArrowDown')
      await sees(alice, 'something new')
      await page.keyboard.press('Control+k')
      await page.keyboard.type('nobody-here')
      await page.keyboard.press('Enter')
      await dialog.getByText('There is nobody of that name here.').waitFor()
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'hidden' })
    })

    test('a sheet tells the keys', async () => {
      const { page } = alice
      await page.keyboard.press('Control+/')
      const sheet = page.getByRole('dialog', { name: 'Keys' })
      await sheet.getByText('Go to a chat by name').waitFor()
      expect(await findFaults(page)).toEqual([])
      await page.keyboard.press('Escape')
      await sheet.waitFor({ state: 'hidden' })
      await expect.poll(() => focus(alice)).toMatch(/^TEXTAREA/u)
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)
