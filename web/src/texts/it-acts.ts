import type { Texts } from './en.ts'

export const acts: Texts['acts'] = {
  deleted: 'Messaggio eliminato',
  edited: 'modificato',
}
