import { people } from './en-people.ts'
import { inLanguage } from './later.ts'

export const peopleTexts = inLanguage('people', people)
