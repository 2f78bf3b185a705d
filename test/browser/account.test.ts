import { readFile } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { runAdmin } from './kit/app.ts'
import { accept, openChat, row, saySent, sees, texts } from './kit/chat.ts'
import { fillLogIn, giveWordBack, logIn, PASSWORD, signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

const NEW_PASSWORD = 'another battery of horses'

/** One red pixel as PNG. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)

async function download(page: Page, button: string): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()])
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') }
}

/** What people do with their account: lose it, find it, change it, leave it. */
await stage(
  'accounts',
  (on) => {
    let alice: Person
    let bob: Person

    beforeAll(async () => {
      ;[alice, bob] = await on().couple('alice', 'bob')
      await openChat(alice, 'bob')
      await saySent(alice, 'Hello, Bob.')
      await row(bob, 'alice').click()
      await saySent(bob, 'Hello, Alice.')
      await sees(alice, 'Hello, Alice.')
    })

    test('another password is set, and the other browsers are signed out', async () => {
      const second = await logIn(await on().person('alice'))
      await visit(alice, '/settings')
      const { page } = alice
      const section = page.getByRole('region', { name: 'Password' })
      await section.getByLabel('Present password').fill('not my password at all')
      await section.getByLabel('New password').fill(NEW_PASSWORD)
      await section.getByRole('button', { name: 'Change the password' }).click()
      await section.getByText('Wrong password.').waitFor()
      await section.getByLabel('Present password').fill(PASSWORD)
      await section.getByRole('button', { name: 'Change the password' }).click()
      await section.getByText('Your password is changed.').waitFor()
      await second.page.getByRole('dialog', { name: 'Sign in again' }).waitFor()
      await second.page.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
      await second.page.getByRole('dialog').getByRole('button', { name: 'Sign in again' }).click()
      await second.page.getByRole('dialog').waitFor({ state: 'hidden' })
      await second.context.close()
    })

    test('a browser is removed in the settings of another, and is out at once', async () => {
      const second = await logIn(await on().person('alice', { userAgent: 'Safari/1 iPhone' }), NEW_PASSWORD)
      await visit(alice, '/settings')
      const devices = alice.page.getByRole('region', { name: 'Devices and sessions' })
      await devices.getByText('(this browser)').waitFor()
      await devices.getByRole('button', { name: 'Remove Safari, iPhone' }).click()
      const dialog = alice.page.getByRole('dialog', { name: 'Remove Safari, iPhone?' })
      await dialog.getByRole('button', { name: 'Remove' }).click()
      await devices.getByText('Safari, iPhone is removed.').waitFor()
      await second.page.getByText('You were signed out.').waitFor({ state: 'attached' })
      await second.context.close()
    })

    test('a picture is set and taken away', async () => {
      await visit(alice, '/settings')
      const { page } = alice
      const picture = page.getByRole('region', { name: 'Picture' })
      await page.getByLabel('Choose a picture').setInputFiles({
        name: 'cat.svg',
        mimeType: 'image/png',
        buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
      })
      await picture.getByRole('button', { name: 'Use this picture' }).click()
      await picture.getByText('That is not a picture we can read.').waitFor()
      await page.getByLabel('Choose a picture').setInputFiles({ name: 'cat.png', mimeType: 'image/png', buffer: PIXEL })
      await picture.getByRole('button', { name: 'Use this picture' }).click()
      await picture.getByText('Your picture is set.').waitFor()
      const shown = picture.locator('img')
      await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
      await picture.getByRole('button', { name: 'Remove the picture' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Remove the picture' }).click()
      await picture.getByText('Your picture is gone.').waitFor()
      expect(await picture.locator('img').count()).toBe(0)
    })

    test('the history is saved as text and as JSON', async () => {
      await visit(alice, '/settings')
      const text = await download(alice.page, 'Save as text')
      expect(text.name).toMatch(/^chatnip-messages-alice-\d{4}-\d\d-\d\d\.txt$/u)
      expect(text.text).toMatch(/alice to bob:\nHello, Bob\.\n\n.*bob to alice:\nHello, Alice\.\n$/u)
      await alice.page.getByText('2 messages saved to a file.').waitFor()
      const json = await download(alice.page, 'Save as JSON')
      const saved: unknown = JSON.parse(json.text)
      expect(saved).toMatchObject({
        account: 'alice',
        messages: [
          { from: 'alice', to: 'bob', text: 'Hello, Bob.' },
          { from: 'bob', to: 'alice', text: 'Hello, Alice.', mark: 'verified' },
        ],
      })
    })

    test('the page speaks Italian, says so, and goes on to after a reload', async () => {
      const { page } = alice
      await visit(alice, '/settings')
      await page.getByRole('combobox').selectOption('it')
      await page.getByRole('heading', { name: 'Impostazioni' }).waitFor()
      expect(await page.locator('html').getAttribute('lang')).toBe('it')
      await page.reload()
      await page.getByRole('heading', { name: 'Impostazioni' }).waitFor()
      expect(await page.locator('html').getAttribute('lang')).toBe('it')
      await page
        .getByText(/ultima volta .*(gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic)/u)
        .first()
        .waitFor()
      await visit(alice, '/chats/bob')
      await page.getByText('Oggi', { exact: true }).waitFor()
      await visit(alice, '/settings')
      await page.getByRole('combobox').selectOption('en')
      await page.getByRole('heading', { name: 'Settings' }).waitFor()
    })

    test('deleting the messages here asks first, and leaves those of others alone', async () => {
      await visit(alice, '/settings')
      const { page } = alice
      await page.getByRole('button', { name: 'Delete all messages here' }).click()
      const dialog = page.getByRole('dialog', { name: 'Delete all messages in this browser?' })
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await visit(alice, '/chats/bob')
      await sees(alice, 'Hello, Alice.')
      await visit(alice, '/settings')
      await page.getByRole('button', { name: 'Delete all messages here' }).click()
      await dialog.getByRole('button', { name: 'Delete all messages here' }).click()
      await page.getByText('All messages in this browser are deleted.').waitFor()
      await visit(alice, '/chats/bob')
      await page.getByText('What you and bob write can be read by the two of you only.').waitFor()
      expect(await texts(bob)).toEqual(['Hello, Bob.', 'Hello, Alice.'])
    })

    test('a forgotten password: with the recovery code everything comes back', async () => {
      const lost = await on().person('alice')
      const { page } = lost
      await visit(lost, '/login')
      await page.getByRole('link', { name: 'Forgot your password?' }).click()
      await page.getByLabel('Name', { exact: true }).fill('alice')
      await page.getByLabel('Recovery code', { exact: true }).fill('these are not the words')
      await page.getByLabel('New password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Set the new password' }).click()
      await page.getByText('These are not twelve words of a recovery code.').waitFor()
      await page.getByLabel('Recovery code', { exact: true }).fill(bob.code)
      await page.getByRole('button', { name: 'Set the new password' }).click()
      await page.getByText('That name and that code do not belong together.').waitFor()
      await page.getByLabel('Recovery code', { exact: true }).fill(alice.code.toUpperCase())
      await page.getByRole('button', { name: 'Set the new password' }).click()
      await page.getByText('Your password is set.').waitFor()
      await fillLogIn(lost, 'alice', PASSWORD)
      await page.getByRole('navigation', { name: 'Chats' }).waitFor()
      await saySent(bob, 'Welcome back.')
      // No other device is there to tell this one who is no stranger.
      await accept(lost, 'bob')
      await sees(lost, 'Welcome back.')
      await page.getByRole('link', { name: 'Encrypted' }).waitFor()
      await saySent(lost, 'Same keys as before.')
      await sees(bob, 'Same keys as before.')
      expect(await bob.page.getByText('The key of alice has changed.').count()).toBe(0)
      await lost.context.close()
    })

    test('forgotten both: with a code of the server’s people one starts afresh under the same name', async () => {
      const printed = await runAdmin(on().app, 'accounts', 'fresh-start', 'alice')
      const fresh = /^Code: (\S+)$/mu.exec(printed)?.[1] ?? ''
      const lost = await on().person('alice')
      const { page } = lost
      await visit(lost, '/recover')
      await page.getByLabel('Neither').check()
      await page.getByText('Without the recovery code nobody can open your keys').waitFor()
      await page.getByLabel('A fresh-start code').check()
      await page.getByText('Messages that wait for you on the server.').waitFor()
      await page.getByLabel('Name', { exact: true }).fill('alice')
      await page.getByLabel('Fresh-start code', { exact: true }).fill(fresh)
      await page.getByLabel('New password').fill(NEW_PASSWORD)
      await page.getByRole('button', { name: 'Start afresh' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Start afresh' }).click()
      await giveWordBack(lost)
      await page.getByText('Your password is set.').waitFor()
      await fillLogIn(lost, 'alice', NEW_PASSWORD)
      await page.getByRole('navigation', { name: 'Chats' }).waitFor()
      await openChat(lost, 'bob')
      await saySent(lost, 'It is me, with new keys.')
      await sees(bob, 'It is me, with new keys.')
      await bob.page.getByText('The key of alice has changed.').first().waitFor()
      await lost.context.close()
    })

    test('a deleted account is gone: its messages here, its name free, its contacts told when they write', async () => {
      const { page } = bob
      await visit(bob, '/settings')
      await page.getByRole('button', { name: 'Delete the account' }).click()
      const dialog = page.getByRole('dialog', { name: 'Delete your account for good?' })
      await dialog.getByLabel('Present password').fill('not my password at all')
      await dialog.getByRole('button', { name: 'Delete for good' }).click()
      await dialog.getByText('Wrong password.').waitFor()
      await dialog.getByLabel('Present password').fill(PASSWORD)
      await dialog.getByRole('button', { name: 'Delete for good' }).click()
      await page.getByText('Your account is deleted.').waitFor()
      const lasting = await bob.context.storageState()
      expect(lasting.cookies).toEqual([])
      const anna = await signUp(await on().person('anna'))
      await anna.page.getByLabel('Write to a name').fill('bob')
      await anna.page.getByRole('button', { name: 'Open' }).click()
      await anna.page.getByText('There is nobody of that name here.').waitFor()
      await signUp(bob)
      await page.getByText('No chats yet.').waitFor()
    })
  },
  { browsers: ['chromium'] },
)
