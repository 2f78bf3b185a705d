import { beforeAll, expect, test } from 'vitest'
import { box, bubbles, openChat, row, say, saySent, sees, stateOf, texts } from './kit/chat.ts'
import { endSessions } from './kit/app.ts'
import { layCable } from './kit/cable.ts'
import type { Cable } from './kit/cable.ts'
import { crash, PASSWORD, reopen, signUp } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

/** What goes wrong around people: lines, servers, tabs and sessions end in the middle of a sentence, and no message is lost or doubled. */
await stage('nothing is lost', (on) => {
  let alice: Person
  let bob: Person
  let cable: Cable

  /** Both logs hold the same texts, each once. */
  const agree = async (): Promise<void> => {
    await saySent(bob, `That was it, ${expect.getState().currentTestName}.`)
    await sees(alice, `That was it, ${expect.getState().currentTestName}.`)
    const shown = await texts(alice)
    expect(await texts(bob)).toEqual(shown)
    expect(new Set(shown).size).toBe(shown.length)
  }

  beforeAll(async () => {
    cable = await layCable(on().app.address)
    const aliceAtHome = on().person('alice', {}, cable.address)
    ;[alice, bob] = await Promise.all([aliceAtHome.then(signUp), on().person('bob').then(signUp)])
    await openChat(alice, 'bob')
    await openChat(bob, 'alice')
    return () => cable.stop()
  })

  test('without a network one goes on writing, and it goes out when the network is back', async () => {
    cable.cut()
    await alice.page.getByText(/Offline\.|Connecting/u).waitFor()
    await say(alice, 'first from the tunnel')
    await say(alice, 'second from the tunnel')
    await stateOf(alice, 'second from the tunnel', 'Waiting to be sent').waitFor()
    await saySent(bob, 'Are you there?')
    await alice.page.getByText('2 messages wait.').waitFor()
    cable.mend()
    await stateOf(alice, 'second from the tunnel', 'Sent').waitFor()
    await sees(alice, 'Are you there?')
    await sees(bob, 'first from the tunnel')
    await agree()
  })

  test('the server goes away and comes back', async () => {
    await on().app.stopServer()
    await say(alice, 'said into the void')
    await stateOf(alice, 'said into the void', 'Waiting to be sent').waitFor()
    await on().app.startServer()
    await stateOf(alice, 'said into the void', 'Sent').waitFor()
    await sees(bob, 'said into the void')
    await agree()
  })

  test('a reload keeps what was said, what waits and what is half written', async () => {
    await on().app.stopServer()
    await say(alice, 'just before the reload')
    await stateOf(alice, 'just before the reload', 'Waiting to be sent').waitFor()
    await box(alice).fill('half a sen')
    await row(alice, 'bob').getByText('Draft:').waitFor()
    await on().app.startServer()
    await alice.page.reload()
    await sees(alice, 'just before the reload')
    await expect.poll(() => box(alice).inputValue()).toBe('half a sen')
    await box(alice).fill('half a sentence, finished')
    await box(alice).press('Enter')
    await sees(bob, 'half a sentence, finished')
    expect(await box(alice).inputValue()).toBe('')
    await agree()
    await alice.page.reload()
    await sees(alice, 'half a sentence, finished')
    expect(await box(alice).inputValue()).toBe('')
  })

  test('a tab that dies right after Enter has the message in the log, or the words still in the box', async () => {
    for (const round of [1, 2, 3]) {
      const text = `famous last words ${round}`
      await box(alice).fill(text)
      await row(alice, 'bob').getByText(text).waitFor()
      /** Read back after a reload, the words lie on the disk for certain. */
      await alice.page.reload()
      await expect.poll(() => box(alice).inputValue()).toBe(text)
      await box(alice).press('Enter')
      await crash(alice)
      await reopen(alice, '/chats/bob')
      await expect.poll(async () => (await box(alice).inputValue()) + (await texts(alice)).join()).toContain(text)
      if ((await bubbles(alice, text).count()) === 0) await box(alice).press('Enter')
      else await box(alice).fill('')
      await sees(bob, text)
    }
    await agree()
  })

  test('what stood on the screen survives the death of the tab', async () => {
    await on().app.stopServer()
    await say(alice, 'seen on the screen')
    await stateOf(alice, 'seen on the screen', 'Waiting to be sent').waitFor()
    await crash(alice)
    await on().app.startServer()
    await reopen(alice, '/chats/bob')
    await stateOf(alice, 'seen on the screen', 'Sent').waitFor()
    await sees(bob, 'seen on the screen')
    await agree()
  })

  test('a session that ended asks for the password over the chat and keeps the text', async () => {
    await box(alice).fill('I was just say')
    await endSessions(on().app, 'alice')
    const dialog = alice.page.getByRole('dialog', { name: 'Sign in again' })
    await dialog.waitFor()
    await alice.page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    expect(await box(alice).inputValue()).toBe('I was just say')
    await say(alice, 'I was just saying')
    await stateOf(alice, 'I was just saying', 'Waiting to be sent').waitFor()
    await box(alice).fill('and another')
    await alice.page.getByRole('button', { name: 'Sign in again' }).click()
    await dialog
      .getByLabel('Present password')
      .or(dialog.getByLabel('Password', { exact: true }))
      .fill('not my password')
    await dialog.getByRole('button', { name: 'Sign in again' }).click()
    await dialog.getByText(/Wrong/u).waitFor()
    await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await dialog.getByRole('button', { name: 'Sign in again' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await stateOf(alice, 'I was just saying', 'Sent').waitFor()
    expect(await box(alice).inputValue()).toBe('and another')
    await sees(bob, 'I was just saying')
    await agree()
  })
})
