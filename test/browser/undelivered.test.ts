import { beforeAll, expect, test } from 'vitest'
import { findFaults } from './kit/axe.ts'
import { bubbles, log, openChat, row, say, saySent, sees, stateOf, texts } from './kit/chat.ts'
import { PASSWORD, reopen, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'
import { letExpire } from './kit/time.ts'

const EXPIRED = 'Nobody fetched this message in time'

const press = (person: Person, text: string, button: string): Promise<void> =>
  bubbles(person, text).getByRole('button', { name: button, exact: true }).click()

const leave = ({ page }: Person): Promise<void> => page.close()

/** What did not arrive is told in plain words, and can be sent again or taken away by one press. */
await stage(
  'undelivered',
  (on) => {
    let alice: Person
    let bob: Person

    beforeAll(async () => {
      ;[alice, bob] = await on().couple('alice', 'bob')
      await openChat(alice, 'bob')
      await saySent(alice, 'while you are here')
      await row(bob, 'alice').click()
      await sees(bob, 'while you are here')
      await leave(bob)
    })

    test('nobody fetched it: the sender is told, sends it again by one press, and the other one gets it once', async () => {
      await saySent(alice, 'are you there')
      await saySent(alice, 'never mind')
      await letExpire(on().app)
      await bubbles(alice, 'are you there').getByText(EXPIRED).waitFor()
      await stateOf(alice, 'are you there', 'Not fetched in time').click()
      const details = alice.page.getByRole('dialog', { name: 'About this message' })
      await details.getByText(EXPIRED).waitFor()
      await alice.page.keyboard.press('Escape')
      await row(alice, 'bob').getByText('2 messages did not arrive').waitFor()
      await alice.page
        .getByRole('status')
        .filter({ hasText: '2 messages did not arrive.' })
        .waitFor({ state: 'attached' })
      expect(await findFaults(alice.page)).toEqual([])
      await press(alice, 'never mind', 'Discard')
      await bubbles(alice, 'never mind').waitFor({ state: 'hidden' })
      await press(alice, 'are you there', 'Send again')
      await stateOf(alice, 'are you there', 'Sent').waitFor()
      expect(await alice.page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('log')
      await row(alice, 'bob').getByText('did not arrive').waitFor({ state: 'hidden' })
      await reopen(bob, '/chats/alice')
      await sees(bob, 'are you there')
      await saySent(bob, 'I am')
      await sees(alice, 'I am')
      expect(await texts(bob)).toEqual(['while you are here', 'are you there', 'I am'])
      expect(await texts(alice)).toEqual(['while you are here', 'are you there', 'I am'])
      // His browser misses the two that expired and asks for them; hers says that they were taken away, and sends nothing twice.
      await log(bob).getByText('from alice are missing').waitFor({ state: 'hidden' })
      expect(await texts(bob)).toEqual(['while you are here', 'are you there', 'I am'])
      await leave(bob)
    })

    test('it stands far back: it is told in the list and above the log, and a press leads to it', async () => {
      await saySent(alice, 'long ago')
      const moment = Date.now()
      for (let n = 0; n < 120; n += 1) await say(alice, `since then ${n}`)
      await stateOf(alice, 'since then 119', 'Sent').waitFor()
      // The page that is open has read everything; the one that comes has read the latest hundred.
      const { page } = alice
      await log(alice).getByText('while you are here', { exact: true }).scrollIntoViewIfNeeded()
      await letExpire(on().app, moment)
      await bubbles(alice, 'long ago').getByText(EXPIRED).waitFor()
      expect(await bubbles(alice, 'since then 0').getByText(EXPIRED).count()).toBe(0)
      await row(alice, 'bob').getByText('1 message did not arrive').waitFor()
      await page.reload()
      await sees(alice, 'since then 119')
      expect(await bubbles(alice, 'long ago').count()).toBe(0)
      await page.getByRole('status').filter({ hasText: '1 message did not arrive.' }).waitFor()
      expect(await findFaults(page)).toEqual([])
      await page.getByRole('button', { name: 'Show', exact: true }).click()
      const again = bubbles(alice, 'long ago').getByRole('button', { name: 'Send again' })
      await expect.poll(() => again.evaluate((button) => button === document.activeElement)).toBe(true)
      await page.keyboard.press('Enter')
      await stateOf(alice, 'long ago', 'Sent').waitFor()
      await page.getByText('1 message did not arrive').first().waitFor({ state: 'hidden' })
      await reopen(bob, '/chats/alice')
      await sees(bob, 'long ago')
      expect((await texts(bob)).at(-1)).toBe('long ago')
    })

    test('the other one has deleted the account: the sender is told so, and takes the message away', async () => {
      await visit(bob, '/settings')
      await bob.page.getByRole('button', { name: 'Delete the account' }).click()
      const dialog = bob.page.getByRole('dialog')
      await dialog.getByLabel('Present password').fill(PASSWORD)
      await dialog.getByRole('button', { name: 'Delete for good' }).click()
      await bob.page.getByText('Your account is deleted.').waitFor()
      await say(alice, 'farewell')
      await bubbles(alice, 'farewell').getByText('Not sent: there is no account of this name any more.').waitFor()
      await row(alice, 'bob').getByText('1 message did not arrive').waitFor()
      await press(alice, 'farewell', 'Send again')
      await bubbles(alice, 'farewell').getByText('Not sent: there is no account of this name any more.').waitFor()
      await press(alice, 'farewell', 'Discard')
      await bubbles(alice, 'farewell').waitFor({ state: 'hidden' })
      await row(alice, 'bob').getByText('did not arrive').waitFor({ state: 'hidden' })
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)

/** A mailbox with little room, so that it can be filled: four messages, and what begins their conversation. */
await stage(
  'a full mailbox',
  (on) => {
    test('a message waits and says why, and goes by a press once there is room', async () => {
      const [alice, bob] = await on().couple('alice', 'bob')
      await openChat(alice, 'bob')
      await leave(bob)
      const parcels = ['one', 'two', 'three', 'four']
      for (const text of parcels) await saySent(alice, text)
      await say(alice, 'five')
      await say(alice, 'six')
      const five = bubbles(alice, 'five')
      await five.getByText('Their mailbox is full, so this waits here. We try again by ourselves.').waitFor()
      await stateOf(alice, 'five', 'Waiting to be sent').waitFor()
      await alice.page.getByRole('status').filter({ hasText: 'Their mailbox is full' }).waitFor({ state: 'attached' })
      expect(await row(alice, 'bob').getByText('did not arrive').count()).toBe(0)
      expect(await findFaults(alice.page)).toEqual([])
      await press(alice, 'five', 'Try now')
      await five.getByText('Their mailbox is full').waitFor()
      await reopen(bob, '/chats/alice')
      await sees(bob, 'four')
      await press(alice, 'five', 'Try now')
      await stateOf(alice, 'six', 'Sent').waitFor()
      await sees(bob, 'six')
      expect(await texts(bob)).toEqual([...parcels, 'five', 'six'])
      expect(await texts(alice)).toEqual([...parcels, 'five', 'six'])
    })
  },
  { browsers: ['chromium'], rateLimits: false, limits: { mailboxMessages: 5, senderShare: 1 } },
)
