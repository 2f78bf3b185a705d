import { about } from './en-about.ts'
import { inLanguage } from './later.ts'

export const aboutTexts = inLanguage('about', about)
