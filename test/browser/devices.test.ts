import { beforeAll, expect, test } from 'vitest'
import { accept, openChat, row, say, saySent, sees, texts } from './kit/chat.ts'
import { anotherTab, crash, fillLogIn, logIn, signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

const tabsOf = ({ page }: Person) =>
  page.evaluate(async () => {
    const { held, pending } = await navigator.locks.query()
    /** Each page holds another lock as well, by which the service worker knows its version. */
    const engines = (locks: readonly LockInfo[] = []) => locks.filter(({ name }) => name === 'chatnip').length
    return { writers: engines(held), others: engines(pending) }
  })

/** One person at two browsers, in three tabs of one of them; two people at one browser. */
await stage('browsers and tabs', (on) => {
  let alice: Person
  let bob: Person

  beforeAll(async () => {
    ;[alice, bob] = await on().couple('alice', 'bob')
    await openChat(alice, 'bob')
    await saySent(alice, 'before the second browser')
    await openChat(bob, 'alice')
  })

  test('a second browser of the same account gets every message, both ways', async () => {
    const second = await logIn(await on().person('alice'))
    await saySent(bob, 'to both of you')
    await row(second, 'bob').click()
    await sees(second, 'to both of you')
    await sees(alice, 'to both of you')
    await saySent(alice, 'from the first')
    await sees(second, 'from the first')
    await saySent(second, 'from the second')
    await Promise.all([sees(alice, 'from the second'), sees(bob, 'from the second')])
    expect(await texts(bob)).toEqual(await texts(alice))
    expect((await texts(alice)).slice(1)).toEqual(await texts(second))
    await second.context.close()
  })

  test('of three tabs one writes; what the others send arrives once, and one of them takes over when it dies', async () => {
    const second = await anotherTab(alice, '/chats/bob')
    const third = await anotherTab(alice, '/chats/bob')
    await sees(third, 'from the second')
    expect(await tabsOf(third)).toEqual({ writers: 1, others: 2 })
    await Promise.all([
      say(second, 'from the second tab'),
      say(third, 'from the third tab'),
      say(alice, 'from the first tab'),
    ])
    for (const text of ['from the second tab', 'from the third tab', 'from the first tab'])
      await Promise.all([alice, second, third, bob].map((person) => sees(person, text)))
    await crash(alice)
    await saySent(second, 'the first tab died')
    await Promise.all([second, third, bob].map((person) => sees(person, 'the first tab died')))
    expect(await tabsOf(third)).toEqual({ writers: 1, others: 1 })
    await second.page.close()
    await saySent(third, 'the second was closed')
    await saySent(bob, 'I got all of it')
    await sees(third, 'I got all of it')
    const shown = await texts(bob)
    expect(await texts(third)).toEqual(shown)
    expect(new Set(shown).size).toBe(shown.length)
    alice.page = third.page
  })

  test('logging in under another name erases nothing', async () => {
    const { page } = alice
    const before = await texts(alice)
    const out = await anotherTab(alice, '/chats')
    await visit(alice, '/settings')
    await page.getByRole('button', { name: 'Log out', exact: true }).click()
    await page.getByRole('heading', { name: 'Chats that stay between you' }).waitFor()
    await out.page.waitForURL('**/login')
    const carol: Person = { ...alice, name: 'carol' }
    await signUp(carol)
    expect(await row(carol, 'bob').count()).toBe(0)
    await openChat(carol, 'bob')
    await saySent(carol, 'carol was here')
    await visit(carol, '/settings')
    await page.getByRole('button', { name: 'Log out', exact: true }).click()
    await page.getByRole('main').getByRole('link', { name: 'Log in' }).click()
    await fillLogIn(alice, 'no-such-name', 'not the password of anybody')
    await page.getByText('Wrong name or password.').waitFor()
    await logIn(alice)
    await row(alice, 'bob').click()
    await sees(alice, 'I got all of it')
    expect(await texts(alice)).toEqual(before)
    await accept(bob, 'carol')
    await sees(bob, 'carol was here')
  })
})
