import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { top } from '../../scripts/run.ts'
import { layCable } from './kit/cable.ts'
import type { Cable } from './kit/cable.ts'
import { accept, openChat, say, saySent, sees, stateOf } from './kit/chat.ts'
import { anotherTab, reopen, signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { cached, installed } from './kit/service-worker.ts'
import { stage } from './kit/suite.ts'

/** The list reads what lies on the disk, and opens it, where another page of the app draws words that it has. */
const RATIO = 2.5

const medianOf = (all: readonly number[]): number =>
  all.toSorted((one, other) => one - other)[all.length >> 1] ?? Infinity

/** The hashes that the build has written down, as the browser names the files. */
async function builtFiles(address: string): Promise<Record<string, string>> {
  const { files }: { files: Record<string, { sha256: string }> } = JSON.parse(
    await readFile(join(top, 'web/dist/.well-known/chatnip-client.json'), 'utf8'),
  )
  const { '/sw.js': _neverCached, ...others } = files
  return Object.fromEntries(Object.entries(others).map(([path, { sha256 }]) => [address + path, sha256]))
}

/** Reloads, and tells how long it took from there until that was in the page, in milliseconds. */
async function timeTo({ page }: Person, selector: string): Promise<number> {
  await page.addInitScript((wanted) => {
    new MutationObserver((_changes, observer) => {
      if (document.querySelector(wanted) === null) return
      observer.disconnect()
      requestAnimationFrame(() => performance.mark(wanted))
    }).observe(document, { childList: true, subtree: true })
  }, selector)
  await page.reload()
  await page.locator(selector).first().waitFor()
  const marked = () => page.evaluate((wanted) => performance.getEntriesByName(wanted)[0]?.startTime, selector)
  await expect.poll(marked).toBeDefined()
  return (await marked()) ?? Infinity
}

await stage(
  'without a network',
  (on) => {
    let alice: Person
    let bob: Person
    let cable: Cable

    beforeAll(async () => {
      cable = await layCable(on().app.address)
      alice = await on().person('alice', {}, cable.address)
      bob = await on().person('bob')
      await Promise.all([signUp(alice), signUp(bob)])
      await openChat(alice, 'bob')
      await saySent(alice, 'Before the storm.')
      await accept(bob, 'alice')
      await sees(bob, 'Before the storm.')
      await installed(alice.page)
    })
    afterAll(() => cable.stop())

    test('what is kept are the files of the app, byte for byte, and nothing else', async () => {
      const caches = await cached(alice.page)
      expect(Object.keys(caches)).toHaveLength(1)
      expect(Object.values(caches)[0]).toEqual(await builtFiles(cable.address))
    })

    test('the app opens, shows the chats, and takes messages, which leave when the network is back', async () => {
      const { page } = alice
      cable.cut()
      await reopen(alice, '/chats/bob')
      await page.close()
      await sees(alice, 'Before the storm.')
      await alice.page.getByText('Offline. What you write will be sent later.').waitFor()
      await say(alice, 'In the storm.')
      await stateOf(alice, 'In the storm.', 'Waiting to be sent').waitFor()
      await alice.page.reload()
      await stateOf(alice, 'In the storm.', 'Waiting to be sent').waitFor()
      cable.mend()
      await stateOf(alice, 'In the storm.', 'Sent').waitFor()
      await sees(bob, 'In the storm.')
    })

    test('parts that were never opened before are there as well', async () => {
      cable.cut()
      await visit(alice, '/settings')
      await alice.page.getByRole('heading', { name: 'Settings' }).waitFor()
      await alice.page.getByRole('combobox').selectOption('it')
      await alice.page.getByRole('heading', { name: 'Impostazioni' }).waitFor()
      await alice.page.getByRole('combobox').selectOption('en')
      await visit(alice, '/about')
      await alice.page.getByRole('heading', { name: 'About Chatnip' }).waitFor()
      cable.mend()
    })

    test('several tabs open and agree, and when the first is closed another goes on', async () => {
      cable.cut()
      const first = await anotherTab(alice, '/chats/bob')
      const second = await anotherTab(alice, '/chats/bob')
      await Promise.all([sees(first, 'In the storm.'), sees(second, 'In the storm.')])
      await alice.page.close()
      alice.page = second.page
      await say(first, 'From the first tab.')
      await sees(second, 'From the first tab.')
      await first.page.close()
      await say(second, 'From the second tab.')
      cable.mend()
      await stateOf(second, 'From the second tab.', 'Sent').waitFor()
      await sees(bob, 'From the first tab.')
      await sees(bob, 'From the second tab.')
    })

    test('on return the list is there from local data at once', async () => {
      const guest = await on().person('guest', {}, cable.address)
      await visit(guest, '/about')
      await guest.page.evaluate(() => navigator.serviceWorker.ready)
      const [times, others]: [number[], number[]] = [[], []]
      for (let round = 0; round < 8; round++) {
        others.push(await timeTo(guest, 'h1'))
        times.push(await timeTo(alice, '.chat-row'))
      }
      await guest.context.close()
      const inWords = (all: readonly number[]) => all.map((ms) => ms.toFixed(0)).join(', ')
      console.log(`the list after ${inWords(times)} ms, a page that reads nothing after ${inWords(others)} ms`)
      // Beside what any page of the app costs on this machine just now.
      expect(medianOf(times)).toBeLessThanOrEqual(RATIO * medianOf(others))
    })

    test('a browser that keeps nothing cannot open it: a control', async () => {
      const other = await layCable(on().app.address)
      const guest = await on().person('guest', { serviceWorkers: 'block' }, other.address)
      await visit(guest, '/about')
      other.cut()
      await expect(guest.page.reload()).rejects.toThrow(/ERR_|NS_ERROR|Navigation/u)
      await guest.context.close()
      await other.stop()
    })

    test('after logging out and forgetting, the app still opens and nothing of the account is left in its caches', async () => {
      const { page } = alice
      await visit(alice, '/settings')
      await page.getByRole('button', { name: 'Log out and forget everything here' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Log out and forget everything here' }).click()
      await page.getByRole('heading', { name: 'Chats that stay between you' }).waitFor()
      expect(Object.values(await cached(page))).toEqual([await builtFiles(cable.address)])
      cable.cut()
      await page.reload()
      await page.getByRole('heading', { name: 'Chats that stay between you' }).waitFor()
      cable.mend()
    })
  },
  { rateLimits: false },
)
