import type { CompareTexts } from './en-compare.ts'

export const compare: CompareTexts = {
  title: (name) => `Confronto con ${name}`,
  lead: (name) =>
    `Guardate insieme, tu e ${name}, di persona o in una chiamata in cui riconosci la voce. Se vedete le stesse sessanta cifre, tra voi non c’è nessuno.`,
  digits: 'Sessanta cifre',
  qr: 'Lo stesso numero come immagine da inquadrare',
  same: 'Sono uguali',
  marked: (name) => `Hai confrontato i numeri con ${name} di persona.`,
  unmark: 'Annulla il confronto',
  markedNow: 'Annotato. Se la chiave dovesse cambiare, l’invio aspetterà te.',
  outdated:
    'La chiave è cambiata mentre confrontavate, quindi non è stato annotato nulla. Confrontate il numero che vedi ora.',
  differ:
    'Se sono diverse, non mandare niente di privato. Forse uno di voi ha ricominciato da capo: ricaricate e confrontate di nuovo.',
  yours: 'La tua chiave',
  theirs: (name) => `La chiave di ${name}`,
  since: (date) => `Conosciuta dal ${date}`,
  unavailable: (name) => `${name} usa un programma senza chiavi del nostro tipo, quindi non c’è niente da confrontare.`,
  secrecy: {
    held: 'Sì: ogni messaggio ha una chiave tutta sua, che si butta dopo l’uso. A questa persona non va nulla di meno protetto.',
    notYet: 'Non ancora. Arriva da sola quando tutti e due siete stati online con un Chatnip aggiornato.',
  },
}
