import { recover } from './en-recover.ts'
import { inLanguage } from './later.ts'

export const recoverTexts = inLanguage('recover', recover)
