import { readFile } from 'node:fs/promises'
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { findFaults } from './kit/axe.ts'
import { box, log, openChat, row, sees, stateOf } from './kit/chat.ts'
import { inspect } from './kit/layout.ts'
import type { Person } from './kit/person.ts'
import { cameraPicture, SECRET } from './kit/pictures.ts'
import { stage } from './kit/suite.ts'

/** Messages that carry files, as two people see them. */

const input = ({ page }: Person): Locator => page.getByLabel('Attach files')
const tray = ({ page }: Person): Locator => page.getByRole('list', { name: 'What will be sent' })

/** Presses what saves, and reads what is saved. */
async function saved(person: Person, button: Locator): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const [download] = await Promise.all([person.page.waitForEvent('download'), button.click()])
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
}

/** Runs in the page: gives files to an element, as if they were dropped or pasted there. */
function give(element: Element, [how, name, text]: readonly ['drop' | 'paste', string, string]): void {
  const data = new DataTransfer()
  data.items.add(new File([text], name, { type: 'text/html' }))
  const about = { bubbles: true, cancelable: true }
  if (how === 'paste') element.dispatchEvent(new ClipboardEvent('paste', { ...about, clipboardData: data }))
  else {
    element.dispatchEvent(new DragEvent('dragover', { ...about, dataTransfer: data }))
    element.dispatchEvent(new DragEvent('drop', { ...about, dataTransfer: data }))
  }
}

await stage(
  'files in messages',
  (on) => {
    test('a picture comes small and without what the camera wrote, is seen large and saved; untouched only when asked', async () => {
      const [alice, bob] = await on().couple('alice', 'bob')
      await openChat(alice, 'bob')
      const picture = await cameraPicture(alice.page, 3_000, 1_500)
      expect(picture.includes(SECRET)).toBe(true)
      await input(alice).setInputFiles({ name: 'home.jpg', mimeType: 'image/jpeg', buffer: picture })
      await tray(alice).getByText('home.jpg').waitFor()
      await alice.page.getByLabel(/^Send pictures as files/u).waitFor()
      expect(await findFaults(alice.page)).toEqual([])
      await box(alice).fill('Look at this')
      await box(alice).press('Enter')
      await stateOf(alice, 'Look at this', 'Sent').waitFor()
      await tray(alice).waitFor({ state: 'detached' })

      await row(bob, 'alice').click()
      await sees(bob, 'Look at this')
      await log(bob).getByRole('article', { name: 'alice: Photo Look at this' }).waitFor()
      const tile = log(bob).getByRole('button', { name: 'Open the photo home.jpg' })
      await tile.locator('img:not(.blurred)').waitFor()
      expect(await findFaults(bob.page)).toEqual([])
      await tile.click()
      const large = bob.page.getByRole('dialog', { name: 'home.jpg' })
      const shown = large.getByRole('img', { name: 'Photo: home.jpg' })
      await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(2_048)
      expect(await findFaults(bob.page)).toEqual([])
      const { name, bytes } = await saved(bob, large.getByRole('button', { name: /^Save/u }))
      expect([name, bytes.includes(SECRET), bytes.includes('Exif'), bytes.length > 1_000]).toEqual([
        'home.jpg',
        false,
        false,
        true,
      ])
      await bob.page.keyboard.press('Escape')
      await large.waitFor({ state: 'detached' })

      await input(alice).setInputFiles({ name: 'as it is.jpg', mimeType: 'image/jpeg', buffer: picture })
      await alice.page.getByLabel(/^Send pictures as files/u).check()
      await alice.page.getByRole('button', { name: 'Send', exact: true }).click()
      const untouched = await saved(bob, log(bob).getByRole('button', { name: 'Save as it is.jpg' }))
      expect(untouched.bytes.equals(picture)).toBe(true)

      // What can't be drawn anew waits until somebody says that it may go as it is.
      await input(alice).setInputFiles({ name: 'far.heic', mimeType: 'image/heic', buffer: Buffer.from(SECRET) })
      await box(alice).press('Enter')
      await alice.page.getByRole('alert').filter({ hasText: 'far.heic can’t be made smaller here' }).waitFor()
      expect(await log(alice).getByText('far.heic').count()).toBe(0)
      await alice.page.getByLabel(/^Send pictures as files/u).check()
      await box(alice).press('Enter')
      await log(bob).getByRole('button', { name: 'Save far.heic' }).waitFor()
    })

    test('what is dropped and pasted is sent, is never run, and goes for everybody when it is deleted', async () => {
      const [carl, dora] = await on().couple('carl', 'dora')
      await openChat(carl, 'dora')
      const page = '<script>document.title = "run"</script>'
      await carl.page
        .getByRole('region', { name: 'dora', exact: true })
        .evaluate(give, ['drop', 'a.html', page] as const)
      await tray(carl).getByText('a.html').waitFor()
      await box(carl).evaluate(give, ['paste', 'b.html', page] as const)
      await tray(carl).getByText('b.html').waitFor()
      await tray(carl).getByRole('button', { name: 'Take away: a.html' }).click()
      await expect.poll(() => tray(carl).getByRole('listitem').count()).toBe(1)
      await box(carl).press('Enter')
      await row(dora, 'carl').getByText('b.html').waitFor()
      await dora.page.setViewportSize({ width: 360, height: 640 })
      await row(dora, 'carl').click()
      const { name, bytes } = await saved(dora, log(dora).getByRole('button', { name: 'Save b.html' }))
      expect([name, bytes.toString()]).toEqual(['b.html', page])
      expect((await inspect(dora.page)).outside).toEqual([])
      expect(dora.context.pages()).toHaveLength(1)

      await log(carl).getByRole('article').hover()
      await log(carl).getByRole('button', { name: 'Delete' }).click()
      await carl.page.getByRole('button', { name: 'Delete for everybody' }).click()
      await sees(dora, 'Message deleted')
      await expect.poll(() => log(dora).getByRole('button', { name: 'Save b.html' }).count()).toBe(0)
    })

    test('an upload that is interrupted by a reload goes on, and can be stopped', async () => {
      const [emma, fred] = await on().couple('emma', 'fred')
      await openChat(emma, 'fred')
      let left = 1
      await emma.context.route('**/upload_blob_part', (route) => ((left -= 1) < 0 ? route.abort() : route.continue()))
      const bytes = Buffer.from(Array.from({ length: 1_300_000 }, (_, at) => (at * 7 + (at >> 8)) & 255))
      const large = { name: 'large.bin', mimeType: 'application/octet-stream', buffer: bytes }
      await input(emma).setInputFiles(large)
      await box(emma).press('Enter')
      await emma.page.getByRole('progressbar', { name: /^large.bin: \d\d percent sent$/u }).waitFor()
      expect(await findFaults(emma.page)).toEqual([])
      await expect.poll(() => left).toBeLessThan(0)
      await emma.page.reload()
      await log(emma).getByText('large.bin').waitFor()
      await emma.context.unroute('**/upload_blob_part')
      // The next try comes by itself; a reload does not wait for it.
      await emma.page.reload()
      await row(fred, 'emma').click()
      const { bytes: got } = await saved(fred, log(fred).getByRole('button', { name: 'Save large.bin' }))
      expect(got.equals(bytes)).toBe(true)

      await emma.context.route('**/upload_blob_part', (route) => route.abort())
      await input(emma).setInputFiles({ ...large, name: 'never.bin' })
      await box(emma).press('Enter')
      await log(emma).getByRole('button', { name: 'Stop sending' }).click()
      await expect.poll(() => log(emma).getByText('never.bin').count()).toBe(0)
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)
