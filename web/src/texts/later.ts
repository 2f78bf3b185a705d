import { language } from './index.ts'
import type { Language } from './index.ts'

/**
 * The texts of a part of the app that is loaded later. They come with it, in all languages: so few that fetching one at a time would cost more
 * than it saves. A component that calls what is returned is drawn again when the language changes.
 */
export const inLanguage =
  <Texts>(texts: Readonly<Record<Language, Texts>>): (() => Texts) =>
  () =>
    texts[language.value]
