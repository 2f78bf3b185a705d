import { expect, test } from 'vitest'
import { findFaults } from './kit/axe.ts'
import { accept, bubbles, log, openChat, saySent, sees, stateOf, texts } from './kit/chat.ts'
import { reopen, signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

const missing = (person: Person, words: string) => log(person).getByRole('listitem').filter({ hasText: words })

/** Stands on this person's line from the next page on. @returns what makes it swallow the next message that comes */
async function standBetween({ context }: Person): Promise<() => void> {
  let swallows = false
  await context.routeWebSocket('**/socket', (near) => {
    const far = near.connectToServer()
    far.onMessage((data) => {
      const isTaken = swallows && String(data).startsWith('{"type":"message"')
      if (isTaken) swallows = false
      else near.send(data)
    })
  })
  return () => {
    swallows = true
  }
}

/** What a browser tells the other one, sealed and signed: that a message is there, or that one is missing. */
await stage(
  'ticks and gaps',
  (on) => {
    test('one tick when the server has it, two when the other browser has it, in its own time', async () => {
      const [alice, bob] = await on().couple('alice', 'bob')
      await openChat(alice, 'bob')
      await bob.page.close()
      await saySent(alice, 'first')
      expect(await stateOf(alice, 'first', 'Delivered').count()).toBe(0)
      await reopen(bob, '/chats/alice')
      await sees(bob, 'first')
      await stateOf(alice, 'first', 'Delivered').click()
      const details = alice.page.getByRole('dialog', { name: 'About this message' })
      await details.getByText(/^(Delivered|Read): one of their devices has/u).waitFor()
      expect(await findFaults(alice.page)).toEqual([])
      await alice.page.keyboard.press('Escape')
    })

    test('who switches receipts off leaves others with one tick; the switch stays where it was put', async () => {
      const [carol, dave] = await on().couple('carol', 'dave')
      await visit(dave, '/settings')
      const tells = dave.page.getByRole('checkbox', { name: 'Say when messages have arrived here' })
      const stored = async () => tells.and(dave.page.locator('[aria-busy=false]')).waitFor()
      await tells.uncheck()
      await stored()
      await visit(dave, '/settings')
      await expect.poll(() => tells.isChecked()).toBe(false)
      await openChat(carol, 'dave')
      await saySent(carol, 'quietly')
      await visit(dave, '/chats/carol')
      await sees(dave, 'quietly')
      await saySent(dave, 'I do not tell')
      await sees(carol, 'I do not tell')
      // Hers comes after his would have come: he had the message before she had the answer to it.
      await stateOf(dave, 'I do not tell', 'Delivered').waitFor()
      expect(await stateOf(carol, 'quietly', 'Delivered').count()).toBe(0)
      await visit(dave, '/settings')
      await tells.check()
      await stored()
      await visit(dave, '/chats/carol')
      await saySent(carol, 'aloud')
      // One receipt tells of everything up to there.
      await stateOf(carol, 'aloud', 'Delivered').waitFor()
      await stateOf(carol, 'quietly', 'Delivered').waitFor()
    })

    test('filled ticks when somebody has looked at it, and not while that may not be told', async () => {
      const [gina, hans] = await on().couple('gina', 'hans')
      await openChat(gina, 'hans')
      await visit(hans, '/settings')
      await saySent(gina, 'seen?')
      const isRead = () => stateOf(gina, 'seen?', 'Read').count()
      await stateOf(gina, 'seen?', 'Delivered').waitFor()
      expect(await isRead()).toBe(0)
      await visit(hans, '/chats/gina')
      await stateOf(gina, 'seen?', 'Read').waitFor()
      await stateOf(gina, 'seen?', 'Read').click()
      const details = gina.page.getByRole('dialog', { name: 'About this message' })
      await details.getByText('Read: one of their devices has shown it').waitFor()
      expect(await findFaults(gina.page)).toEqual([])
      await gina.page.keyboard.press('Escape')
      await visit(hans, '/settings')
      await hans.page.getByRole('checkbox', { name: 'Say when I have read them' }).uncheck()
      expect(await findFaults(hans.page)).toEqual([])
      await visit(hans, '/chats/gina')
      await saySent(gina, 'and this?')
      await sees(hans, 'and this?')
      await stateOf(gina, 'and this?', 'Delivered').waitFor()
      await saySent(hans, 'I do not tell')
      await sees(gina, 'I do not tell')
      expect(await stateOf(gina, 'and this?', 'Read').count()).toBe(0)
    })

    test('a message that the server swallows is missed, asked for again, and takes its place', async () => {
      const erin = await on().person('erin').then(signUp)
      const frank = await on().person('frank')
      const swallowNext = await standBetween(frank)
      await signUp(frank)
      await openChat(erin, 'frank')
      await saySent(erin, 'one')
      await accept(frank, 'erin')
      await sees(frank, 'one')
      await stateOf(erin, 'one', 'Delivered').waitFor()
      swallowNext()
      await saySent(erin, 'two')
      await saySent(erin, 'three')
      await sees(frank, 'three')
      const gap = missing(frank, '1 message from erin is missing. It was asked for again.')
      await gap.waitFor()
      expect(await texts(frank)).toEqual(['one', 'three'])
      await gap.getByText('Why?').click()
      await gap.getByText('Messages are counted inside the encryption').waitFor()
      const said = frank.page.getByRole('status')
      await said.filter({ hasText: '1 message from erin is missing.' }).waitFor({ state: 'attached' })
      expect(await findFaults(frank.page)).toEqual([])
      await sees(frank, 'two')
      await gap.waitFor({ state: 'hidden' })
      await said.filter({ hasText: 'The missing messages have come.' }).waitFor({ state: 'attached' })
      expect(await texts(frank)).toEqual(['one', 'two', 'three'])
      await stateOf(erin, 'two', 'Delivered').waitFor()
      await frank.page.reload()
      await sees(frank, 'two')
      expect(await texts(frank)).toEqual(['one', 'two', 'three'])
      expect(await bubbles(frank, 'two').count()).toBe(1)
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)
