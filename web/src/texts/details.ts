import { details } from './en-details.ts'
import { inLanguage } from './later.ts'

export const detailsTexts = inLanguage('details', details)
