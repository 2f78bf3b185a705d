import { recover as en } from './en-recover.ts'
import { recover as it } from './it-recover.ts'
import { inLanguage } from './later.ts'

export const recoverTexts = inLanguage({ en, it })
