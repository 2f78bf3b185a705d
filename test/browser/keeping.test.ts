import { expect, test } from 'vitest'
import { findFaults } from './kit/axe.ts'
import { row, say, saySent } from './kit/chat.ts'
import { signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

/** Counts how often this person's browser is asked to keep what is stored; it answers as it likes. */
async function countAsking({ context }: Person): Promise<() => number> {
  let asked = 0
  await context.exposeFunction('noteAsking', () => (asked += 1))
  await context.addInitScript(() => {
    if (!isSecureContext) return
    const { storage } = navigator
    const persist = storage.persist.bind(storage)
    storage.persist = () => {
      Reflect.get(globalThis, 'noteAsking')()
      return persist()
    }
  })
  return () => asked
}

/** Lets this person's browser say yes when it is asked, as it does for pages that are visited often. */
async function sayYes({ page, context, app }: Person): Promise<void> {
  const session = await context.newCDPSession(page)
  const { targetInfo } = await session.send('Target.getTargetInfo')
  const whole = await context.browser()?.newBrowserCDPSession()
  const { browserContextId } = targetInfo
  if (whole === undefined || browserContextId === undefined) throw new Error('This browser has no such switch.')
  await whole.send('Browser.grantPermissions', {
    permissions: ['durableStorage'],
    browserContextId,
    origin: app.address,
  })
}

/** Whether the browser keeps the messages when it runs out of room. */
await stage(
  'keeping messages',
  (on) => {
    test('it is asked once, when the first message is written, and the settings say what it answered', async () => {
      const alice = await on().person('alice')
      const { page } = alice
      const asked = await countAsking(alice)
      await signUp(alice)
      await row(alice, 'Note to self').click()
      await say(alice, '   ')
      expect(asked()).toBe(0)
      await saySent(alice, 'something to keep')
      await expect.poll(asked).toBe(1)
      await visit(alice, '/chats/alice')
      await saySent(alice, 'more to keep')
      await visit(alice, '/settings')
      await page.getByText('This browser may clear your messages when it runs out of room.').waitFor()
      expect(asked()).toBe(1)
    })

    test('where it said no, the settings ask again at a press, and tell the answer', async () => {
      const bob = await on().person('bob')
      const { page } = bob
      const asked = await countAsking(bob)
      await signUp(bob)
      await visit(bob, '/settings')
      const ask = page.getByRole('button', { name: 'Ask it to keep them' })
      await ask.click()
      await page.getByText('It said no for now.').waitFor()
      expect(asked()).toBe(1)
      expect(await findFaults(page)).toEqual([])
      await sayYes(bob)
      await ask.click()
      const answer = page.getByRole('status').filter({ hasText: 'This browser keeps them until you delete them' })
      await answer.waitFor()
      expect(await answer.evaluate((element) => element === document.activeElement)).toBe(true)
      expect(await ask.count()).toBe(0)
      await visit(bob, '/settings')
      await answer.waitFor()
      await row(await visitChats(bob), 'Note to self').click()
      await saySent(bob, 'kept already')
      expect(asked()).toBe(2)
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)

async function visitChats(person: Person): Promise<Person> {
  await visit(person, '/chats')
  return person
}
