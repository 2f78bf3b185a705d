import { notify } from './en-notify.ts'
import { inLanguage } from './later.ts'

export const notifyTexts = inLanguage('notify', notify)
