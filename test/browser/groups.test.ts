import { expect, test } from 'vitest'
import { HAS_GROUPS } from '../../web/src/state/has-groups.ts'
import { findFaults } from './kit/axe.ts'
import { bubbles, log, openChat, row, say, saySent, sees } from './kit/chat.ts'
import { logIn, signUp } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

const dialog = ({ page }: Person) => page.getByRole('dialog')

await stage(
  `a group of three people, one with two devices${HAS_GROUPS ? '' : ': skipped, groups are switched off'}`,
  (on) => {
    test.skipIf(!HAS_GROUPS)(
      'is made, talked in, renamed, left by one, and left as it is to whoever was removed',
      async () => {
        const [alice, bob] = await on().couple('alice', 'bob')
        const carol = await on().person('carol').then(signUp)
        await openChat(alice, 'bob')
        await saySent(alice, 'Shall we make a group?')
        await row(bob, 'alice').click()
        await sees(bob, 'Shall we make a group?')

        await alice.page.getByRole('button', { name: 'New group' }).click()
        await dialog(alice).getByLabel('Name of the group').fill('Boat')
        await dialog(alice).getByRole('checkbox', { name: 'bob' }).check()
        await dialog(alice).getByLabel('Others, by name').fill('carol')
        expect(await findFaults(alice.page)).toEqual([])
        await dialog(alice).getByRole('button', { name: 'Make the group' }).click()
        await alice.page.getByRole('region', { name: 'Boat' }).waitFor()
        await say(alice, 'Saturday at nine')
        for (const who of [bob, carol]) {
          await row(who, 'Boat').click()
          await sees(who, 'Saturday at nine')
          await log(who).locator('.sender', { hasText: 'alice' }).first().waitFor()
        }
        await log(carol).getByText('alice made the group “Boat”.').waitFor()
        expect(await findFaults(carol.page)).toEqual([])
        await say(bob, 'Gladly')
        for (const who of [alice, carol]) await sees(who, 'Gladly')

        const phone = await on().person('bob').then(logIn)
        await row(phone, 'Boat').click()
        await say(carol, 'I bring coffee')
        for (const who of [alice, bob, phone]) await sees(who, 'I bring coffee')
        await say(phone, 'From the phone')
        for (const who of [alice, bob, carol]) await sees(who, 'From the phone')

        await alice.page.getByRole('button', { name: '3 members' }).click()
        expect(await findFaults(alice.page)).toEqual([])
        await dialog(alice).getByLabel('Name of the group').fill('The boat')
        await dialog(alice).getByRole('button', { name: 'Rename' }).click()
        for (const who of [bob, phone, carol]) await row(who, 'The boat').waitFor()
        await dialog(alice).getByRole('button', { name: 'Remove: carol' }).click()
        await carol.page.getByText('You are not in this group any more.').waitFor()
        await alice.page.keyboard.press('Escape')
        await say(alice, 'Without carol')
        for (const who of [bob, phone]) await sees(who, 'Without carol')
        expect(await bubbles(carol, 'Without carol').count()).toBe(0)
      },
    )
  },
  { browsers: ['chromium'], rateLimits: false },
)
