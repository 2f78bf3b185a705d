import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { top } from '../../scripts/run.ts'
import { HAS_GROUPS } from '../../web/src/state/has-groups.ts'
import { launchBrowser } from './browsers.ts'
import { startApp } from './kit/app.ts'
import type { App } from './kit/app.ts'
import { bubbles, openChat, row, saySent, sees, stateOf } from './kit/chat.ts'
import { fillSignUp, newPerson, signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'

/** Pictures of every page, to be looked at: `node test/browser/pictures.ts`. They lie in .artifacts, the README's in docs. */

const FOLDER = join(top, '.artifacts/pictures')

const SCREENS: Readonly<Record<string, BrowserContextOptions>> = {
  desktop: { viewport: { width: 1280, height: 800 } },
  'desktop-dark': { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true },
  'phone-dark': { viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: 'dark' },
}

const GUEST_PAGES = ['/', '/about', '/signup', '/login', '/recover', '/nowhere', '/docs']

const TALK: readonly (readonly [who: 'alice' | 'bob', text: string])[] = [
  ['alice', 'Bob! Are you still up for Saturday?'],
  ['bob', 'Of course. The boat leaves at nine, doesn’t it?'],
  ['alice', 'Half past eight, this time.'],
  ['alice', 'The timetable: https://example.org/boats'],
  ['bob', 'Then I’ll bring coffee. And the cat, if she lets me.'],
  ['alice', 'She never lets you.'],
  ['bob', 'She will. I have catnip.'],
]

async function picture(person: Person, screen: string, name: string): Promise<void> {
  await person.page.screenshot({ path: join(FOLDER, `${name}-${screen}.png`) })
}

async function talk(browser: Browser, app: App): Promise<{ alice: Person; bob: Person }> {
  const [alice, bob, nora] = await Promise.all(
    ['alice', 'bob', 'nora'].map((name) => newPerson(browser, app, name, SCREENS['desktop']).then(signUp)),
  )
  if (alice === undefined || bob === undefined || nora === undefined) throw new Error('Somebody did not come.')
  await openChat(alice, 'bob')
  await openChat(bob, 'alice')
  for (const [who, text] of TALK) {
    const [from, to] = who === 'alice' ? [alice, bob] : [bob, alice]
    await saySent(from, text)
    await sees(to, text)
  }
  // No stranger any more: what she writes stands in the list.
  await openChat(alice, 'nora')
  await openChat(alice, 'bob')
  await openChat(nora, 'alice')
  await saySent(nora, 'Did you see the fog this morning?')
  await row(alice, 'nora').getByText('1 new message').waitFor({ state: 'attached' })
  await stateOf(alice, 'She never lets you.', 'Delivered').waitFor()
  if (HAS_GROUPS) await makeGroup(alice, [bob, nora])
  return { alice, bob }
}

async function makeGroup(alice: Person, others: readonly Person[]): Promise<void> {
  const dialog = alice.page.getByRole('dialog')
  await alice.page.getByRole('button', { name: 'New group' }).click()
  await dialog.getByLabel('Name of the group').fill('Saturday')
  for (const { name } of others) await dialog.getByRole('checkbox', { name }).check()
  await picture(alice, 'desktop', 'make-group')
  await dialog.getByRole('button', { name: 'Make the group' }).click()
  await alice.page.getByRole('region', { name: 'Saturday' }).waitFor()
  await saySent(alice, 'Who comes along on Saturday?')
  for (const who of others) {
    await row(who, 'Saturday').click()
    await who.page.getByRole('region', { name: 'Saturday' }).waitFor()
    await saySent(who, who.name === 'bob' ? 'I have room for two.' : 'I do!')
  }
  for (const text of ['I have room for two.', 'I do!']) await sees(alice, text)
}

async function takeGuestPages(browser: Browser, app: App, screen: string): Promise<void> {
  const guest = await newPerson(browser, app, `guest-${screen}`, SCREENS[screen])
  for (const path of GUEST_PAGES) {
    await visit(guest, path)
    await guest.page.getByRole('heading', { level: 1 }).waitFor()
    await picture(guest, screen, path === '/' ? 'welcome' : path.slice(1))
  }
  await fillSignUp(guest)
  await picture(guest, screen, 'recovery-code')
  await guest.context.close()
}

async function takeInside(person: Person, screen: string): Promise<void> {
  const { page } = person
  await page.setViewportSize(SCREENS[screen]?.viewport ?? { width: 1280, height: 800 })
  await page.emulateMedia({ colorScheme: SCREENS[screen]?.colorScheme ?? 'light' })
  await visit(person, '/chats')
  await row(person, 'bob').waitFor()
  await picture(person, screen, 'chats')
  await row(person, 'bob').click()
  await sees(person, TALK.at(-1)?.[1] ?? '')
  await picture(person, screen, 'conversation')
  await bubbles(person, TALK.at(-1)?.[1] ?? '')
    .getByRole('button')
    .click()
  await page.getByRole('dialog').waitFor()
  await picture(person, screen, 'details')
  await page.keyboard.press('Escape')
  await page.keyboard.press('ControlOrMeta+Shift+f')
  await page.getByRole('combobox', { name: 'Words' }).fill('the')
  await page.getByRole('option').first().waitFor()
  await picture(person, screen, 'search')
  if (HAS_GROUPS) await takeGroup(person, screen)
  await visit(person, '/chats/bob/compare')
  await page.getByRole('button', { name: 'They are the same' }).waitFor()
  await picture(person, screen, 'compare')
  await visit(person, '/settings')
  await page.getByText('(this browser)').waitFor()
  await page.screenshot({ path: join(FOLDER, `settings-${screen}.png`), fullPage: true })
  await visit(person, '/known')
  await page.getByRole('heading', { name: 'Your devices' }).waitFor()
  await page.screenshot({ path: join(FOLDER, `known-${screen}.png`) })
}

async function takeGroup(person: Person, screen: string): Promise<void> {
  await visit(person, '/chats')
  await row(person, 'Saturday').click()
  await sees(person, 'I have room for two.')
  await picture(person, screen, 'group')
  await person.page.getByRole('button', { name: '3 members' }).click()
  await person.page.getByRole('dialog').getByRole('list').waitFor()
  await picture(person, screen, 'group-members')
}

/** The picture of the README: a wide light window with a dark phone over its corner, both from the running app. */
async function takeReadme(browser: Browser, alice: Person, bob: Person): Promise<void> {
  const wide = { width: 1100, height: 640 }
  await alice.page.setViewportSize(wide)
  await alice.page.emulateMedia({ colorScheme: 'light' })
  await visit(alice, '/chats/bob')
  await sees(alice, TALK.at(-1)?.[1] ?? '')
  const desktop = await alice.page.screenshot()
  await bob.page.setViewportSize({ width: 360, height: 640 })
  await bob.page.emulateMedia({ colorScheme: 'dark' })
  await visit(bob, '/chats/alice')
  await sees(bob, TALK.at(-1)?.[1] ?? '')
  const phone = await bob.page.screenshot()
  const page = await (await browser.newContext({ viewport: { width: 1540, height: 720 } })).newPage()
  const source = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`
  await page.setContent(`<style>
    body { margin: 0; display: flex; gap: 32px; align-items: center; justify-content: center; height: 100vh; background: #e7eee2 }
    img { display: block; border-radius: 14px; box-shadow: 0 8px 28px rgb(0 0 0 / 22%) }
  </style><img src="${source(desktop)}"><img src="${source(phone)}">`)
  await page.screenshot({ path: join(top, 'docs/picture.png') })
}

async function main(): Promise<void> {
  const browser = await launchBrowser('chromium')
  if (browser === null) throw new Error('There is no Chromium on this machine.')
  await mkdir(FOLDER, { recursive: true })
  const app = await startApp({ rateLimits: false })
  for (const screen of Object.keys(SCREENS)) await takeGuestPages(browser, app, screen)
  const { alice, bob } = await talk(browser, app)
  for (const screen of Object.keys(SCREENS)) await takeInside(alice, screen)
  await takeReadme(browser, alice, bob)
  await browser.close()
  await app.stop()
  console.log(`The pictures lie in ${FOLDER}.`)
}

await main()
