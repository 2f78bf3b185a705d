import type { RecoverTexts } from './en-recover.ts'

export const recover: RecoverTexts = {
  title: 'Password dimenticata',
  chooseTitle: 'Che cosa hai?',
  haveCodeHint: 'Le dodici parole. Torna tutto.',
  haveFresh: 'Un codice per ricominciare',
  haveFreshHint: 'Te lo dà chi gestisce il server. Ricominci con il tuo nome.',
  haveNothing: 'Nessuno dei due',
  code: 'Codice di recupero',
  codeHint: 'Dodici parole in ordine. Le maiuscole non contano, di ognuna bastano le prime quattro lettere.',
  codeWrong: 'Non sono le dodici parole di un codice di recupero. Controlla se c’è un errore.',
  newPassword: 'Nuova password',
  submitCode: 'Imposta la nuova password',
  freshCode: 'Codice per ricominciare',
  freshLead: 'Ricominciare dà al tuo account chiavi nuove. Prima di farlo, ecco che cosa si perde:',
  freshLost: [
    'I messaggi che ti aspettano sul server.',
    'I messaggi nei browser in cui non hai fatto l’accesso.',
    'I tuoi contatti vedranno che la tua chiave è cambiata, e i confronti di persona andranno rifatti.',
  ],
  freshKept: 'Restano il nome e l’immagine.',
  submitFresh: 'Ricomincia',
  nothing:
    'Senza il codice di recupero nessuno può aprire le tue chiavi, neanche noi. Chiedi a chi gestisce il server un codice per ricominciare: tieni il nome e riparti da capo. Se in un altro browser sei ancora dentro, crea un nuovo codice di recupero nelle sue impostazioni e poi torna qui.',
  working: 'Apro le tue chiavi…',
  done: 'La password è impostata. Tutti i browser sono stati scollegati: accedi con quella nuova.',
  keysLost: 'Il codice è giusto, ma le chiavi conservate sono rovinate e non si aprono. Devi ricominciare.',
}
