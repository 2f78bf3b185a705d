import { beforeAll, expect, test } from 'vitest'
import { findFaults } from './kit/axe.ts'
import { accept, bubbles, log, openChat, say, saySent, sees, stateOf, texts } from './kit/chat.ts'
import { logIn, signUpWhole, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

/** What goes over somebody's line from now on, sent and received. */
function listen({ page }: Person): readonly string[] {
  const frames: string[] = []
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => frames.push(`> ${String(payload)}`))
    socket.on('framereceived', ({ payload }) => frames.push(`< ${String(payload)}`))
  })
  return frames
}

const sentInGroups = (frames: readonly string[]) => frames.filter((one) => /^> \{"type":"send".*"mls1:m:/u.test(one))
/** To the other one: what was decided about people goes to one's own devices in envelopes. */
const sentInEnvelopes = (frames: readonly string[]) =>
  frames.filter((one) => /^> .*"username":"bob","message_text":"ey/u.test(one))

/** Conversations with forward secrecy, as people meet them: they notice nothing but a line in the details. */
await stage(
  'forward secrecy',
  (on) => {
    let alice: Person
    let bob: Person
    let second: Person
    let frames: readonly string[]

    const details = (person: Person) => person.page.getByRole('dialog', { name: 'About this message' })

    beforeAll(async () => {
      alice = await on().person('alice')
      bob = await on().person('bob')
      frames = listen(alice)
      await Promise.all([signUpWhole(alice), signUpWhole(bob)])
    })

    test('the first message is in a group, and the details of both sides say so', async () => {
      await openChat(alice, 'bob')
      await saySent(alice, 'only for us')
      await accept(bob, 'alice')
      await sees(bob, 'only for us')
      expect(sentInGroups(frames)).toHaveLength(1)
      expect(sentInEnvelopes(frames)).toHaveLength(0)
      for (const [person, state] of [[alice, 'Sent'] as const, [bob, null] as const]) {
        const foot = bubbles(person, 'only for us').locator('.foot')
        await (state === null ? foot : stateOf(person, 'only for us', state)).click()
        await details(person).getByText('Yes: its key is used once').waitFor()
        expect(await findFaults(person.page)).toEqual([])
        await person.page.keyboard.press('Escape')
      }
    })

    test('a new browser reads what is written next, though nobody has brought it in', async () => {
      await bob.page.close()
      second = await logIn(await on().person('bob'))
      await say(alice, 'to the new one')
      // The other one is closed, and cannot tell it who is no stranger.
      await accept(second, 'alice')
      await sees(second, 'to the new one')
      await saySent(second, 'from the new one')
      await sees(alice, 'from the new one')
      await saySent(alice, 'at once')
      await sees(second, 'at once')
      expect(await texts(second)).toEqual(['to the new one', 'from the new one', 'at once'])
    })

    test('what it cannot read says so and why, and is asked for by a press', async () => {
      const third = await logIn(await on().person('bob'))
      await third.page.close()
      await saySent(alice, 'and gone')
      await alice.page.close()
      third.page = await third.context.newPage()
      await visit(third, '/chats/alice')
      const notice = log(third).getByRole('listitem').filter({ hasText: 'cannot be read in this browser yet' })
      await notice.getByText('Why?').click()
      await notice.getByText('Every message is locked with a key of its own').waitFor()
      expect(await findFaults(third.page)).toEqual([])
      await notice.getByRole('button', { name: 'Ask again now' }).click()
      alice.page = await alice.context.newPage()
      await visit(alice, '/chats/bob')
      await sees(third, 'and gone')
      await notice.waitFor({ state: 'hidden' })
      // It was given again in an envelope, and says so.
      await bubbles(third, 'and gone').locator('.foot').click()
      await details(third).getByText('No: whoever steals the account’s keys later could open it.').waitFor()
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)
