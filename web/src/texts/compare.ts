import { compare as en } from './en-compare.ts'
import { compare as it } from './it-compare.ts'
import { inLanguage } from './later.ts'

export const compareTexts = inLanguage({ en, it })
