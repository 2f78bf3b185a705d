import { files } from './en-files.ts'
import { inLanguage } from './later.ts'

export const filesTexts = inLanguage('files', files)
