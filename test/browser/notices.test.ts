import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startPushService } from '@chatnip/server/push-testing'
import { afterAll, describe, expect, test } from 'vitest'
import { top } from '../../scripts/run.ts'
import { ensureWebBundle } from '../../scripts/bundles.ts'
import { findFaults } from './kit/axe.ts'
import { openChat, say, sees } from './kit/chat.ts'
import { allowNotices, notices, openPusher, pressNotice, putBehind, withScreen } from './kit/notices.ts'
import { signUp, visit } from './kit/person.ts'
import { installed } from './kit/service-worker.ts'
import { stage } from './kit/suite.ts'

const service = await startPushService()
const missing = typeof service === 'string' ? `: left out (${service})` : ''

describe.skipIf(typeof service === 'string')(`a push service${missing}`, async () => {
  if (typeof service === 'string') return
  await ensureWebBundle()
  const pages = await withScreen(join(top, 'web/dist'))
  afterAll(async () => {
    await service.close()
    await rm(pages, { recursive: true })
  })

  await stage(
    'notifications',
    (on) => {
      test('are asked for in the settings, and say as much as was chosen', async () => {
        const [alice, bob] = [await on().person('alice'), await on().person('bob')]
        await allowNotices(bob.context, service.address('bob'))
        await Promise.all([signUp(alice), signUp(bob)])
        await installed(bob.page)
        await openChat(alice, 'bob')

        /** Nothing is asked for, and nothing shown, before somebody has pressed. */
        await say(alice, 'Not yet.')
        await openChat(bob, 'alice')
        await sees(bob, 'Not yet.')
        await putBehind(bob.page, true)
        await say(alice, 'Still not.')
        await sees(bob, 'Still not.')
        await putBehind(bob.page, false)
        expect(await notices(bob)).toEqual([])

        await bob.page.getByRole('link', { name: 'Settings' }).click()
        const section = () => bob.page.getByRole('region', { name: 'Notifications' })
        await section().getByRole('button', { name: 'Switch on' }).click()
        await section().getByText('also when Chatnip is closed.').waitFor()
        expect(await findFaults(bob.page)).toEqual([])

        /** The trial goes the whole way: server, push service, service worker. */
        await section().getByRole('button', { name: 'Try it' }).click()
        await section().getByText('On its way.').waitFor()
        await service.next('bob')
        const pusher = await openPusher(bob.context, bob.page, bob.app.address)
        await pusher.push()
        await expect.poll(() => notices(bob)).toEqual([{ title: 'Chatnip', body: 'New message', tag: 'new' }])

        /** Somebody looks: what was shown goes, and nothing more comes. */
        await putBehind(bob.page, true)
        await putBehind(bob.page, false)
        await expect.poll(() => notices(bob)).toEqual([])
        await putBehind(bob.page, true)
        await say(alice, 'Are *you* there?')
        await expect.poll(() => notices(bob)).toEqual([{ title: 'alice', body: 'Are you there?', tag: 'alice' }])
        await pressNotice(bob)
        await bob.page.getByRole('region', { name: 'alice', exact: true }).waitFor()
        await sees(bob, 'Are you there?')
        expect(await notices(bob)).toEqual([])

        /** No words of it, by choice. */
        await putBehind(bob.page, false)
        await visit(bob, '/settings')
        await section().getByRole('checkbox', { name: 'Show who wrote, and what' }).click()
        await putBehind(bob.page, true)
        await say(alice, 'A secret.')
        await expect.poll(() => notices(bob)).toEqual([{ title: 'Chatnip', body: 'New message', tag: 'new' }])
        await putBehind(bob.page, false)
        await expect.poll(() => notices(bob)).toEqual([])

        /** And no more, once it is switched off. */
        await section().getByRole('button', { name: 'Switch off' }).click()
        await section().getByRole('button', { name: 'Switch on' }).waitFor()
        await putBehind(bob.page, true)
        const before = await bob.page.title()
        await say(alice, 'Good night.')
        await expect.poll(() => bob.page.title()).not.toBe(before)
        await expect.poll(() => notices(bob)).toEqual([])
      })
    },
    { browsers: ['chromium'], rateLimits: false, push: service.policy, pages },
  )
})
