import { beforeAll, expect, test } from 'vitest'
import { accept, box, bubbles, log, openChat, row, say, saySent, sees, stateOf, texts } from './kit/chat.ts'
import { askedWord, fillSignUp, giveWordBack, signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

/** Writes down what is put on the app's icon from now on, in place of the browser, which shows it for an installed app only. */
async function watchBadge({ page }: Person): Promise<() => Promise<unknown>> {
  await page.evaluate(() => {
    const shown: number[] = []
    const show = (count: number) => Promise.resolve(void shown.push(count))
    Object.assign(globalThis, { shown })
    Object.assign(Navigator.prototype, { setAppBadge: show, clearAppBadge: () => show(0) })
  })
  return () => page.evaluate((): unknown => Reflect.get(globalThis, 'shown'))
}

/** Two people meet and talk: what everybody does, in every browser. */
await stage('alice and bob', (on) => {
  let alice: Person
  let bob: Person

  beforeAll(async () => {
    alice = await on().person('alice')
    bob = await on().person('Bob')
  })

  test('sign up, each with one word of the recovery code typed back', async () => {
    const { page } = alice
    await visit(alice, '/')
    await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click()
    await Promise.all([fillSignUp(alice), signUp(bob)])
    expect(await page.getByRole('listitem').count()).toBe(12)
    expect(await askedWord(page)).toBeGreaterThan(0)
    await page.getByLabel(/what is word/u).fill('nonsense')
    await page.getByRole('button', { name: 'I have written them down' }).click()
    await page.getByText('That is another word.').waitFor()
    await giveWordBack(alice)
    await page.getByRole('link', { name: /Note to self/u }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/chats')
    expect(alice.code.split(' ')).toHaveLength(12)
    expect(alice.code).not.toBe(bob.code)
  })

  test('write to each other; every message stands there once, with its time and one tick', async () => {
    await openChat(alice, 'Bob', 'bob')
    const badges = await watchBadge(bob)
    await saySent(alice, 'Hello, Bob. €, 😀, Привет')
    await accept(bob, 'alice')
    await sees(bob, 'Hello, Bob. €, 😀, Привет')
    await bob.page.goBack()
    await say(alice, 'Are you there?')
    await row(bob, 'alice').getByText('1 new message').waitFor({ state: 'attached' })
    expect(await bob.page.title()).toBe('(1) Chats · Chatnip')
    await row(bob, 'alice').click()
    await saySent(bob, 'Hello, Alice.')
    await sees(alice, 'Hello, Alice.')
    expect(await texts(alice)).toEqual(await texts(bob))
    await expect.poll(() => bob.page.title()).toBe('alice · Chatnip')
    expect(await badges()).toEqual([1, 0])
    const foot = bubbles(bob, 'Hello, Alice.').getByRole('button')
    expect(await foot.getAttribute('aria-label')).toMatch(
      /^\d\d:\d\d\. (Sent|Delivered|Read)\. Details of this message$/u,
    )
  })

  test('see in the details which key signed, and since when it is known', async () => {
    const { page } = alice
    await bubbles(alice, 'Hello, Alice.').getByRole('button').click()
    const details = page.getByRole('dialog', { name: 'About this message' })
    await details.getByText('Verified: signed with the key that you know of this person.').waitFor()
    await details.getByText('Key known since').waitFor()
    await page.keyboard.press('Escape')
    await details.waitFor({ state: 'hidden' })
    await stateOf(alice, 'Hello, Bob. €, 😀, Привет', 'Sent').click()
    await details.getByText('Encrypted and signed in your browser.').waitFor()
    await details.getByRole('button', { name: 'Close' }).click()
  })

  test('keep notes to themselves', async () => {
    await row(alice, 'Note to self').click()
    await saySent(alice, 'Buy catnip')
    await sees(alice, 'Buy catnip')
    await row(alice, 'Bob').click()
    await sees(alice, 'Hello, Alice.')
  })

  test('send by Enter, break the line by Shift and Enter', async () => {
    await box(alice).click()
    await alice.page.keyboard.type('one')
    await alice.page.keyboard.press('Shift+Enter')
    await alice.page.keyboard.type('two')
    expect(await box(alice).inputValue()).toBe('one\ntwo')
    await alice.page.keyboard.press('Enter')
    await expect.poll(() => texts(bob)).toContain('one\ntwo')
    expect(await box(alice).inputValue()).toBe('')
    await box(alice).fill('   ')
    await box(alice).press('Enter')
    await saySent(alice, 'after blanks')
    expect((await texts(alice)).filter((text) => text.trim() === '')).toEqual([])
  })

  test('choose words in an input method by Enter without sending', async () => {
    await box(alice).fill('にほん')
    await box(alice).evaluate((element) => {
      const half = { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true }
      element.dispatchEvent(new KeyboardEvent('keydown', { ...half, isComposing: true }))
      element.dispatchEvent(new KeyboardEvent('keydown', { ...half, keyCode: 229 }))
    })
    expect(await box(alice).inputValue()).toBe('にほん')
    await box(alice).press('Enter')
    await sees(bob, 'にほん')
  })

  test('send links that can be followed and are safe', async () => {
    await say(alice, 'See https://example.org/a?b=c, or javascript:alert(1) and http://bank@evil.example/')
    const link = log(bob).getByRole('link')
    await link.waitFor()
    expect(await link.count()).toBe(1)
    expect(await link.getAttribute('href')).toBe('https://example.org/a?b=c')
    expect(await link.getAttribute('rel')).toContain('noopener')
    expect(await link.getAttribute('target')).toBe('_blank')
  })
})
