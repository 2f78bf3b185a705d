import type { Texts } from './en.ts'

export const search: Texts['search'] = {
  title: 'Cerca nei messaggi',
  label: 'Parole',
  hint: 'La ricerca passa per tutto ciò che è conservato in questo browser, qui e in nessun altro posto.',
  onlyHere: (name) => `Solo nella chat con ${name}`,
  onlyNotes: 'Solo nelle note personali',
  none: 'Nessun messaggio contiene queste parole.',
  noneYet: 'Ancora niente; i messaggi più vecchi si stanno leggendo.',
  damaged: 'Una parte della cronologia in questo browser non si può leggere e resta fuori dalla ricerca.',
  more: 'Mostra i più vecchi',
  hits: 'Messaggi trovati',
  count: (count, more) => (more ? `Più di ${count} messaggi` : count === 1 ? 'Un messaggio' : `${count} messaggi`),
}
