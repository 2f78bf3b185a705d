import { beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { accept, openChat, saySent, sees } from './kit/chat.ts'
import { speak } from './kit/languages.ts'
import type { TestLanguage } from './kit/languages.ts'
import { inspect } from './kit/layout.ts'
import { signUp } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

const LANGUAGES: readonly TestLanguage[] = ['en', 'it', 'long', 'right-to-left']
const WIDTHS = [320, 360, 768, 1440]

/** Pages, and what is there once all of it has come. */
const OUTSIDE: readonly (readonly [path: string, there: string])[] = [
  ['/', '.points'],
  ['/about', '.bullets'],
  ['/signup', 'form'],
  ['/login', 'form'],
  ['/recover', 'fieldset, .choice, form'],
  ['/nowhere', 'h1'],
]
const INSIDE: readonly (readonly [path: string, there: string])[] = [
  ['/chats', '.chat-row'],
  ['/chats/bob', '.message.own .foot'],
  ['/chats/alice', '.composer'],
  ['/chats/bob/compare', '.digits'],
  ['/chats/nobody-at-all', '.pane h1, .pane .said, .pane .empty'],
  ['/settings', '.device'],
  ['/known', '.known-lead'],
]

/** Words that are the same in every language: names of people and things. */
const NAMES =
  'alice bob nobody at all Chatnip API GPL or later English Italiano Browser Chrome Chromium HeadlessChrome Firefox Linux'

/** The test languages have no dates of their own: the browser writes them in Italian. */
const dates = [
  new Intl.DateTimeFormat('it', { dateStyle: 'full', timeStyle: 'short' }).format(),
  new Intl.RelativeTimeFormat('it', { numeric: 'auto' }).format(0, 'day').replace('o', 'O'),
]
const KNOWN = new Set([NAMES, ...dates].join(' ').split(/[^\p{L}]+/u))

/** What is wrong with the page at every width. */
async function lookOver(page: Page, path: string): Promise<readonly string[]> {
  const faults: string[] = []
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 720 })
    const { outside, clipped } = await inspect(page)
    faults.push(...outside.map((what) => `${path} at ${width}: hangs out: ${what}`))
    faults.push(...clipped.map((what) => `${path} at ${width}: cut off: ${what}`))
  }
  return faults
}

async function untranslated(page: Page, path: string): Promise<readonly string[]> {
  const { unbracketed } = await inspect(page)
  return unbracketed.filter((word) => !KNOWN.has(word)).map((word) => `${path}: not translated: ${word}`)
}

await stage(
  'every page in every language',
  (on) => {
    let alice: Person
    let bob: Person
    beforeAll(async () => {
      alice = await on().person('alice', { serviceWorkers: 'block' }).then(signUp)
      bob = await on().person('bob').then(signUp)
      await openChat(alice, 'bob')
      await saySent(alice, 'Averylongwordwithoutanyplacetobreakitinthemiddleofasmallscreenofaphone')
      await accept(bob, 'alice')
      await saySent(bob, 'I see.')
      await sees(alice, 'I see.')
      await alice.page.close()
    })

    const visitAll = async (page: Page, pages: typeof OUTSIDE, language: TestLanguage): Promise<readonly string[]> => {
      const faults: string[] = []
      await speak(page, language)
      for (const [path, there] of pages) {
        await page.goto(on().app.address + path)
        await page.locator(there).first().waitFor({ state: 'attached' })
        faults.push(...(await lookOver(page, path)))
        if (language === 'long' || language === 'right-to-left') faults.push(...(await untranslated(page, path)))
      }
      return faults
    }

    test.for(LANGUAGES)('%s: everything is translated, fits, and nothing is cut off', async (language) => {
      const guest = await on().person('guest', { serviceWorkers: 'block' })
      expect(await visitAll(guest.page, OUTSIDE, language)).toEqual([])
      await guest.context.close()
      const page = await alice.context.newPage()
      expect(await visitAll(page, INSIDE, language)).toEqual([])
      await page.close()
    })

    test('from right to left everything changes sides', async () => {
      const page = await alice.context.newPage()
      await page.setViewportSize({ width: 1440, height: 720 })
      const sideOf = async (language: TestLanguage) => {
        await speak(page, language)
        await page.goto(`${on().app.address}/chats/bob`)
        await page.locator('.message.own .foot').waitFor()
        const middle = async (what: string) => {
          const box = await page.locator(what).first().boundingBox()
          return (box?.x ?? 0) + (box?.width ?? 0) / 2 < 720 ? 'left' : 'right'
        }
        return Promise.all(['.side', '.send', '.message.own .bubble'].map(middle))
      }
      expect(await sideOf('en')).toEqual(['left', 'right', 'right'])
      expect(await sideOf('right-to-left')).toEqual(['right', 'left', 'left'])
      expect(await page.locator('html').getAttribute('dir')).toBe('rtl')
      /** Not so the digits that two people compare. */
      await page.goto(`${on().app.address}/chats/bob/compare`)
      const [first, second] = [page.locator('.digits li').first(), page.locator('.digits li').nth(1)]
      expect((await first.boundingBox())?.x).toBeLessThan((await second.boundingBox())?.x ?? 0)
      await page.close()
    })

    test('faults would be found: a control', async () => {
      const guest = await on().person('guest', { serviceWorkers: 'block' })
      const { page } = guest
      await speak(page, 'long')
      await page.goto(`${on().app.address}/about`)
      await page.locator('.bullets').first().waitFor()
      await page.evaluate(() => {
        const add = (text: string, style: Partial<CSSStyleDeclaration>) => {
          const made = document.createElement('p')
          made.textContent = text
          Object.assign(made.style, style)
          document.querySelector('main')?.append(made)
        }
        add('Forgotten', {})
        add('⟦cut⟧', { width: '20px', overflow: 'hidden', whiteSpace: 'nowrap' })
        add('⟦wide⟧', { width: '1500px' })
      })
      const faults = [...(await lookOver(page, '/about')), ...(await untranslated(page, '/about'))].join('\n')
      expect(faults).toMatch(/cut off: p\.: ⟦cut⟧/u)
      expect(faults).toMatch(/hangs out: p/u)
      expect(faults).toMatch(/not translated: Forgotten/u)
      await guest.context.close()
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)
