import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { launchBrowser } from './browsers.ts'
import { startApp } from './kit/app.ts'
import type { App } from './kit/app.ts'
import { newPerson, visit } from './kit/person.ts'
import { nothing } from './kit/recorder.ts'

/** The other suites lean on the recorder being empty; here it is shown that it would not be. */
for (const name of ['chromium', 'firefox'] as const) {
  const browser = await launchBrowser(name)
  const missing = browser === null ? ': skipped, this machine has none' : ''
  describe.skipIf(browser === null)(`the recorder in ${name}${missing}`, () => {
    plant(() => {
      if (browser === null) throw new Error('There is no browser.')
      return browser
    })
  })
}

function plant(browser: () => Browser): void {
  let app: App
  beforeAll(async () => {
    app = await startApp()
    return async () => {
      await browser().close()
      await app.stop()
    }
  })

  test('catches what is planted', async () => {
    const stranger = createServer((_request, response) => response.end('hello'))
    await new Promise<void>((listening) => stranger.listen(0, '127.0.0.1', listening))
    const { port }: Partial<AddressInfo> = Object(stranger.address())
    const mallory = await newPerson(browser(), app, 'mallory')
    const { page, recorder } = mallory
    await visit(mallory, '/')
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(recorder).toEqual(nothing)

    await page.evaluate(() => {
      const script = document.createElement('p')
      script.setAttribute('style', 'color: red')
      document.body.append(script)
      console.error('planted')
      setTimeout(() => {
        throw new Error('planted')
      })
    })
    await page.evaluate(() => fetch('/no-such-file.js').then((answer) => answer.status))
    /** Past the policy, which would forbid it before it leaves. */
    await page.goto(`http://127.0.0.1:${port}/`)

    await expect.poll(() => recorder.violations.join(' ')).toContain('style-src')
    await expect.poll(() => recorder.console.join(' ')).toContain('planted')
    await expect.poll(() => recorder.exceptions.join(' ')).toContain('planted')
    await expect.poll(() => recorder.foreign.join(' ')).toContain(`127.0.0.1:${port}`)
    await expect.poll(() => recorder.broken.join(' ')).toContain('/no-such-file.js')
    stranger.close()
  })

  test('sees the policy stop a script and a request that were slipped in', async () => {
    const mallory = await newPerson(browser(), app, 'mallory')
    const { page, recorder } = mallory
    await visit(mallory, '/')
    const outcome = await page.evaluate(async () => {
      const refused: string[] = []
      try {
        document.body.innerHTML = '<img src=x onerror="window.hacked = true">'
      } catch {
        refused.push('innerHTML')
      }
      await fetch('http://127.0.0.1:9/').catch(() => refused.push('fetch'))
      const script = document.createElement('script')
      script.append('window.hacked = true')
      document.body.append(script)
      return { refused, hacked: 'hacked' in window }
    })
    expect(outcome).toEqual({ refused: ['innerHTML', 'fetch'], hacked: false })
    await expect.poll(() => recorder.violations.join(' ')).toMatch(/connect-src/u)
    await expect.poll(() => recorder.violations.join(' ')).toMatch(/script-src|require-trusted-types-for/u)
  })
}
