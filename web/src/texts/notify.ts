import { notify as en } from './en-notify.ts'
import { notify as it } from './it-notify.ts'
import { inLanguage } from './later.ts'

export const notifyTexts = inLanguage({ en, it })
