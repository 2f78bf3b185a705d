import { locale } from '../texts/index.ts'

/** The names in a line that somebody typed: between blanks, commas or semicolons. */
export const namesIn = (text: string): readonly string[] => text.split(/[\s,;]+/u).filter((name) => name !== '')

/** Several names in a sentence. */
export const listed = (names: readonly string[]): string => new Intl.ListFormat(locale.value).format(names)
