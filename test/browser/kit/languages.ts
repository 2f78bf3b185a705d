import type { Page } from 'playwright-core'

/**
 * Languages that nobody speaks, for tests alone: nothing of them is in the app. They take the place of the Italian texts on their
 * way to one page. `long` puts accents on every letter, makes each text by half longer and sets brackets around it, so that what
 * was never translated, or is cut off, can be told. `right-to-left` is written with Arabic letters.
 */
export type TestLanguage = 'en' | 'it' | 'long' | 'right-to-left'

/** In the page, as the module that is loaded for Italian; a text of its own, since it may use nothing from here. */
const disguise = (address: string, kind: TestLanguage): string => `
import { it as real } from '${address}?real'
const PLAIN = 'abcdefghijklmnopqrstuvwxyz'
const OTHER = ${kind === 'long' ? "'åƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýž'" : "'ابتثجحخدذرزسشصضطظعغفقكلمن'"}
const letter = (one) => {
  const at = PLAIN.indexOf(one.toLowerCase())
  return at < 0 ? one : OTHER[at]
}
const change = (text) => '⟦' + [...text].map(letter).join('') + ${kind === 'long' ? "' ~'.repeat(Math.ceil(text.length / 4))" : "''"} + '⟧'
const wrap = (value, key) => {
  if (key === 'direction') return '${kind === 'long' ? 'ltr' : 'rtl'}'
  if (typeof value === 'string') return change(value)
  if (typeof value === 'function') return (...given) => change(value(...given))
  if (Array.isArray(value)) return value.map((inner) => wrap(inner))
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, wrap(inner, name)]))
}
export const it = wrap(real)
`

/** From its next visit on, this page speaks `language`. Its browser must block service workers, or they answer first. */
export async function speak(page: Page, language: TestLanguage): Promise<void> {
  const stored = language === 'en' ? 'en' : 'it'
  await page.addInitScript((code) => localStorage.setItem('chatnip language', code), stored)
  if (language === 'en' || language === 'it') return
  await page.route(/\/assets\/it-[\w-]+\.js$/u, (route) =>
    route.fulfill({
      contentType: 'text/javascript; charset=utf-8',
      body: disguise(new URL(route.request().url()).pathname, language),
    }),
  )
}
