import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { copyCheckout } from '../web/kit/checkout.ts'
import type { Checkout } from '../web/kit/checkout.ts'
import { box, say, sees } from './kit/chat.ts'
import { standBefore } from './kit/front.ts'
import type { Fault, Front } from './kit/front.ts'
import { anotherTab, signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { askForUpdate, cached, installed } from './kit/service-worker.ts'
import { stage } from './kit/suite.ts'

/** The old version asks nothing, the new one demands nothing. */
const OLD = 'Nothing asked'
const NEW = 'Nothing demanded'

let copy: Checkout
let newPages: string
beforeAll(async () => {
  copy = await copyCheckout()
  await copy.edit('web/src/texts/en.ts', OLD, NEW)
  /** A part that pages load later is another one as well. */
  await copy.edit('web/src/texts/en-settings.ts', "title: 'Settings'", "title: 'Settings of tomorrow'")
  newPages = await copy.build()
})
afterAll(() => copy.remove())

const bar = ({ page }: Person) => page.getByText('There is a new version of Chatnip.')
const reload = ({ page }: Person) => page.getByRole('button', { name: 'Reload' })

/** Browsers write down when a service worker could not be fetched. Whatever else they wrote stays. */
const forgetComplaints = ({ recorder }: Person): void => {
  const others = recorder.console.filter((text) => !/fetching the script|unsupported MIME type/u.test(text))
  recorder.console.splice(0, Infinity, ...others)
}

await stage(
  'a new version',
  (on) => {
    let front: Front
    beforeAll(async () => {
      front = await standBefore(on().app.address)
    })
    afterAll(() => front.stop())

    const changeServer = async (pages?: string): Promise<void> => {
      await on().app.stopServer()
      await on().app.startServer(pages)
    }
    /** Somebody who has the old version. */
    const visitor = async (): Promise<Person> => {
      await changeServer()
      const guest = await on().person('guest', {}, front.address)
      await visit(guest, '/')
      await installed(guest.page)
      return guest
    }

    test('is offered and never forced; unsent words are kept; earlier files go when no page needs them', async () => {
      const alice = await on().person('alice', {}, front.address)
      await signUp(alice)
      await installed(alice.page)
      await visit(alice, '/chats/alice')
      await say(alice, 'A note.')
      const other = await anotherTab(alice, '/chats/alice')
      await sees(other, 'A note.')
      await changeServer(newPages)
      expect(await askForUpdate(alice.page)).toBe('installed')
      await Promise.all([bar(alice).waitFor(), bar(other).waitFor()])

      await other.page.reload()
      await bar(other).waitFor()
      expect(Object.keys(await cached(alice.page))).toHaveLength(2)

      await box(alice).fill('half a sent')
      await box(alice).press('End')
      await alice.page.keyboard.type('ence')
      await reload(alice).click()
      await bar(alice).waitFor({ state: 'detached' })
      await expect.poll(() => box(alice).inputValue()).toBe('half a sentence')
      await alice.page.getByRole('link', { name: 'Settings' }).click()
      await alice.page.getByRole('heading', { name: 'Settings of tomorrow' }).waitFor()

      /** The other tab is of the old version still, with all its parts, those that it never loaded included. */
      await other.page.getByRole('link', { name: 'Settings' }).click()
      await other.page.getByRole('heading', { name: 'Settings', exact: true }).waitFor()
      await reload(other).click()
      await other.page.getByRole('heading', { name: 'Settings of tomorrow' }).waitFor()
      await expect.poll(async () => Object.keys(await cached(alice.page))).toHaveLength(1)
      await other.page.close()
      await alice.context.close()
    })

    test('can be put off, and is there by itself when the app is opened again', async () => {
      const guest = await visitor()
      await changeServer(newPages)
      expect(await askForUpdate(guest.page)).toBe('installed')
      await guest.page.getByRole('button', { name: 'Later' }).click()
      await bar(guest).waitFor({ state: 'detached' })
      await guest.page.getByText(OLD).waitFor()
      await guest.page.goto('about:blank')
      await expect
        .poll(async () => {
          await visit(guest, '/')
          const there = await guest.page.getByText(NEW).isVisible()
          if (!there) await guest.page.goto('about:blank')
          return there
        })
        .toBe(true)
      await guest.context.close()
    })

    const HTML = 'text/html; charset=utf-8'
    const SCRIPT = 'text/javascript; charset=utf-8'
    const FAULTS: readonly (readonly [what: string, where: RegExp, fault: Fault])[] = [
      ['a part is missing', /^\/assets\/settings-/u, { status: 404, type: 'text/plain', body: 'Not there.' }],
      ['a part fails', /^\/assets\/settings-/u, { status: 500, type: 'text/plain', body: 'Broken.' }],
      ['a page comes for a part', /^\/assets\/settings-/u, { status: 200, type: HTML, body: '<!doctype html>' }],
      ['a part is cut short', /^\/assets\/index-/u, { status: 200, type: SCRIPT, body: 'import' }],
      ['the page is another', /^\/index\.html/u, { status: 200, type: HTML, body: '<!doctype html><p>Hello' }],
      ['the service worker fails', /^\/sw\.js/u, { status: 500, type: 'text/plain', body: 'Broken.' }],
      ['the service worker is missing', /^\/sw\.js/u, { status: 404, type: 'text/plain', body: 'Not there.' }],
      ['a page comes for the service worker', /^\/sw\.js/u, { status: 200, type: HTML, body: '<!doctype html>' }],
    ]

    describe('that is broken on the server changes nothing', () => {
      /** The old version's server stands beside it. */
      let newer: TestServer
      beforeAll(async () => {
        await changeServer()
        newer = await startTestServer({ pages: newPages })
      })
      afterAll(() => newer.stop())

      test.for(FAULTS)('%s', async ([_what, where, fault]) => {
        const guest = await on().person('guest', {}, front.address)
        onTestFinished(() => {
          front.mend()
          front.turnTo(on().app.address)
          forgetComplaints(guest)
        })
        await visit(guest, '/')
        await installed(guest.page)
        front.turnTo(newer.address)
        front.fail(where, fault)
        expect(await askForUpdate(guest.page)).not.toBe('installed')
        expect(Object.keys(await cached(guest.page))).toHaveLength(1)
        await guest.page.reload()
        await guest.page.getByText(OLD).waitFor()
        await guest.page.getByRole('link', { name: 'Log in' }).click()
        await guest.page.getByLabel('Password', { exact: true }).waitFor()
        expect(await bar(guest).count()).toBe(0)
        front.mend()
        expect(await askForUpdate(guest.page)).toBe('installed')
        await bar(guest).waitFor()
        forgetComplaints(guest)
        await guest.context.close()
      })
    })

    test('comes with a manifest that the browser finds nothing wrong with', async () => {
      const guest = await visitor()
      const session = await guest.context.newCDPSession(guest.page)
      const { errors, data } = await session.send('Page.getAppManifest')
      expect(errors).toEqual([])
      expect(data).toContain('"name": "Chatnip"')
      await guest.context.close()
    })

    test('without any service worker a reload simply brings it: a control', async () => {
      await changeServer()
      const guest = await on().person('guest', { serviceWorkers: 'block' }, front.address)
      await visit(guest, '/')
      await guest.page.getByText(OLD).waitFor()
      await changeServer(newPages)
      await guest.page.reload()
      await guest.page.getByText(NEW).waitFor()
      await guest.context.close()
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)
