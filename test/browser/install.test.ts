import { expect, test } from 'vitest'
import { signUp, visit } from './kit/person.ts'
import { stage } from './kit/suite.ts'

await stage(
  'installing',
  (on) => {
    test('is offered in the settings when the browser offers it, once, and not before', async () => {
      const alice = await on().person('alice').then(signUp)
      const { page } = alice
      await visit(alice, '/settings')
      await page.getByText('(this browser)').waitFor()
      const button = page.getByRole('button', { name: 'Install Chatnip' })
      expect(await button.count()).toBe(0)
      /** A browser without a screen never makes the offer by itself; this is the event as Chromium sends it. */
      const held = await page.evaluate(() => {
        const event = new Event('beforeinstallprompt', { cancelable: true })
        const prompt = () => {
          document.documentElement.dataset['asked'] = 'yes'
          return Promise.resolve()
        }
        return !dispatchEvent(Object.assign(event, { prompt }))
      })
      expect(held).toBe(true)
      await button.click()
      await button.waitFor({ state: 'detached' })
      expect(await page.locator('html').getAttribute('data-asked')).toBe('yes')
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)
