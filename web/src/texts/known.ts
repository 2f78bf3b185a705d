import type { Reply } from '@chatnip/protocol'
import { language } from './index.ts'
import type { Language } from './index.ts'

/** The words of the page on what the server keeps. They come with that page, which few open. */

type Line = Reply<'what_is_known'>['lines'][number]['line']

/** What it is, why it is kept and how long; and how it goes. */
interface Words {
  readonly title: string
  readonly text: string
  readonly end: string
}

export interface KnownTexts {
  readonly lead: string
  readonly download: string
  readonly downloadLine: (title: string) => string
  readonly downloadAll: string
  readonly fileName: string
  readonly look: string
  readonly remove: string
  readonly removeLine: (title: string) => string
  readonly rows: (rows: number) => string
  readonly bytes: (bytes: number) => string
  readonly since: (oldest: string) => string
  readonly between: (oldest: string, newest: string) => string
  readonly nothing: string
  readonly notCounted: string
  readonly lines: Readonly<Record<Line, Words>>
  readonly elsewhereTitle: string
  readonly elsewhere: readonly string[]
}

const LOADERS: Record<Language, () => Promise<KnownTexts>> = {
  en: async () => (await import('./en-known.ts')).en,
  it: async () => (await import('./it-known.ts')).it,
}

/** @throws Error when they can't be fetched */
export const loadKnownTexts = (): Promise<KnownTexts> => LOADERS[language.value]()
