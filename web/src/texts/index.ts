import { computed, signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { en } from './en.ts'
import type { Texts } from './en.ts'
import type { Later } from './later.ts'

/** The languages of the app. A new one is a file beside `en.ts` and a line in each of these three. */
export type Language = 'en' | 'it'
export const LANGUAGES: readonly (readonly [Language, string])[] = [
  ['en', 'English'],
  ['it', 'Italiano'],
]
/** `later`: of what is loaded later; null: it brings its English along. */
const LOADERS: Record<Language, () => Promise<{ readonly now: Texts; readonly later: Later | null }>> = {
  en: () => Promise.resolve({ now: en, later: null }),
  it: async () => {
    const now = (await import('./it.ts')).it
    return { now, later: (await import('./it-later.ts')).it }
  },
}

const STORED = 'chatnip language'
const texts = signal<Texts>(en)
const chosen = signal<Language>('en')
const chosenLater = signal<Later | null>(null)

/** The texts of what is loaded later, in the language of the page; null: English. */
export const foreign: ReadonlySignal<Later | null> = chosenLater

/** The language of the page. */
export const language: ReadonlySignal<Language> = chosen

/** How dates and times are written: as in the browser's own region where that speaks the language of the page. */
export const locale: ReadonlySignal<string> = computed(() => localeFor(chosen.value, navigator.languages))

/** The texts in the language of the page; a component that calls it is drawn again when the language changes. */
export const t = (): Texts => texts.value

const isLanguage = (value: string | null | undefined): value is Language => LANGUAGES.some(([known]) => known === value)

/** The language that somebody chose here, else the first of the browser's that we speak. */
export const preferredLanguage = (stored: string | null, browser: readonly string[]): Language => {
  if (isLanguage(stored)) return stored
  return browser.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en'
}

/**
 * The first of the browser's tags that is of this language. Some systems name tags that are none (`en-US@posix`), on which
 * every date would throw; they are passed over.
 */
export const localeFor = (language: Language, browser: readonly string[]): string =>
  browser.filter(isTag).find((tag) => tag.toLowerCase().startsWith(language)) ?? language

const isTag = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

/** Speaks another language from now on: texts, dates, and what the page says of itself to screen readers. */
export const setLanguage = async (next: Language, options: { readonly remember: boolean }): Promise<void> => {
  const { now, later } = await LOADERS[next]()
  texts.value = now
  chosenLater.value = later
  chosen.value = next
  document.documentElement.lang = next
  document.documentElement.dir = texts.value.direction
  if (options.remember) localStorage.setItem(STORED, next)
}

/** Sets the language at the start. English stands in when the file of another cannot be loaded. */
export const startLanguage = async (): Promise<void> => {
  const next = preferredLanguage(localStorage.getItem(STORED), navigator.languages)
  await setLanguage(next, { remember: false }).catch(() => setLanguage('en', { remember: false }))
}
