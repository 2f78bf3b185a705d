import type { DetailsTexts } from './en-details.ts'

export const details: DetailsTexts = {
  title: 'Su questo messaggio',
  from: 'Da',
  to: 'A',
  written: 'Scritto',
  state: 'Stato',
  mark: 'Segno',
  key: 'Firmato con la chiave',
  since: 'Chiave conosciuta dal',
  compared: 'Confrontata di persona',
  yes: 'Sì',
  no: 'No',
  reason: 'Perché',
  clock: 'secondo l’orologio di chi scrive',
  marks: {
    verified: 'Verificato: firmato con la chiave che conosci di questa persona.',
    'new key': 'Firmato con la chiave attuale di questa persona, che non è quella che conoscevi.',
    'earlier key':
      'Firmato con una chiave che questa persona aveva prima. Era in viaggio quando la chiave è cambiata, oppure qualcuno ha la vecchia chiave: se è importante, chiedi.',
    unsigned: 'Senza firma. È arrivato in chiaro, quindi chi ha accesso al server potrebbe averlo scritto o letto.',
    forged: 'Non torna, perciò il testo non viene mostrato.',
  },
  reasons: {
    'not readable': 'Non si apre con le tue chiavi.',
    'signature wrong': 'La firma non è di nessuna chiave di questa persona.',
    'sender differs': 'All’interno indica un altro mittente.',
    'addressee differs': 'Era scritto a qualcun altro.',
    'id differs': 'Era già stato mandato con un altro numero.',
    'key differs': 'Qualcuno in mezzo l’ha aperto e richiuso. Confronta i numeri.',
    'form wrong': 'Non ha la forma dei messaggi di Chatnip.',
    'version unknown': 'L’ha scritto un Chatnip più nuovo. Ricarica la pagina per aggiornare il tuo.',
    'no forward secrecy':
      'È arrivato meno protetto di quanto si usa qui: chi più tardi rubasse le chiavi dell’account potrebbe aprirlo. L’ha scritto un Chatnip più vecchio o un altro programma, o un dispositivo la cui conversazione veniva riparata.',
  },
  states: {
    accepted: 'Inviato: il server ce l’ha e lo tiene finché non viene ritirato.',
    stored: 'Consegnato: uno dei suoi dispositivi ce l’ha, e lo ha detto con la sua firma.',
    read: 'Letto: uno dei suoi dispositivi gliel’ha mostrato, e l’ha detto con la sua firma.',
  },
  secrecy: 'Segretezza in avanti',
  secrecyIs: {
    held: 'Sì: la sua chiave si usa una volta e poi si butta. Chi rubasse le chiavi più tardi non può aprirlo, e nemmeno un computer quantistico.',
    not: 'No: chi più tardi rubasse le chiavi dell’account potrebbe aprirlo.',
  },
  ownMark: 'Cifrato e firmato nel tuo browser.',
  compareNow: 'Confronta i numeri',
}
