import { about as en } from './en-about.ts'
import { about as it } from './it-about.ts'
import { inLanguage } from './later.ts'

export const aboutTexts = inLanguage({ en, it })
