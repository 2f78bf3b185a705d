import type { Texts } from './en.ts'

export const fading: Texts['fading'] = {
  title: 'Messaggi che scompaiono',
  off: 'No',
  after: (time) => `Dopo ${time}`,
  lead: (name) => `Quello che tu e ${name} scrivete da ora in poi sparisce`,
  leadNote: 'Quello che scrivi da ora in poi sparisce',
  limits:
    'Per te conta dall’invio, per chi legge dalla lettura, in ogni browser. Tutti qui vedono chi l’ha cambiato. Nessuno è impedito di copiare quello che legge.',
  save: 'Salva',
  setOwn: (time) => `Hai impostato che i messaggi scompaiano dopo ${time}.`,
  set: (name, time) => `${name} ha impostato che i messaggi scompaiano dopo ${time}.`,
  endOwn: 'Hai disattivato i messaggi che scompaiono.',
  end: (name) => `${name} ha disattivato i messaggi che scompaiono.`,
  ended: (name) => `Un messaggio a ${name} è scomparso prima che risultasse arrivato.`,
  fact: 'Scompare',
  afterReading: (time) => `${time} dopo la lettura`,
  afterSending: (time) => `${time} dopo l’invio`,
}
