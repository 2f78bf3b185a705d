import { compare } from './en-compare.ts'
import { inLanguage } from './later.ts'

export const compareTexts = inLanguage('compare', compare)
