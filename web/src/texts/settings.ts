import { settings as en } from './en-settings.ts'
import { inLanguage } from './later.ts'

export const settingsTexts = inLanguage('settings', en)
