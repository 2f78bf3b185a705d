import type { SettingsTexts } from './en-settings.ts'
import { countIn } from './plural.ts'

const count = countIn('it')

/** Le impostazioni. */
export const settings: SettingsTexts = {
  title: 'Impostazioni',
  known: { title: 'Che cosa sa di te questo server', open: 'Guarda che cosa sa' },
  picture: {
    title: 'Immagine',
    lead: 'La vedono tutti in questo server.',
    choose: 'Scegli un’immagine',
    upload: 'Usa questa immagine',
    remove: 'Togli l’immagine',
    removeQuestion: 'Togliere la tua immagine?',
    removeText: 'Al suo posto torna quella disegnata dal tuo nome.',
    saved: 'La tua immagine è impostata.',
    removed: 'La tua immagine non c’è più.',
    tooLarge: 'Il file supera i 5 MB. Scegline uno più piccolo.',
    preview: 'Come apparirà',
  },
  password: {
    title: 'Password',
    old: 'Password attuale',
    fresh: 'Nuova password',
    submit: 'Cambia la password',
    done: 'La password è cambiata. Gli altri browser sono stati scollegati.',
  },
  recovery: {
    title: 'Codice di recupero',
    lead: 'Un codice nuovo prende il posto del vecchio.',
    submit: 'Crea un nuovo codice',
    done: 'Il nuovo codice di recupero è valido.',
  },
  keys: {
    title: 'Chiavi nuove',
    lead: 'Se temi che qualcuno abbia le tue chiavi, creane di nuove.',
    submit: 'Crea chiavi nuove',
    question: 'Creare chiavi nuove?',
    lost: [
      'I messaggi ancora in viaggio verso di te non si potranno leggere.',
      'I tuoi contatti sapranno che la tua chiave è cambiata; i confronti di persona andranno rifatti.',
      'Il tuo codice di recupero smette di funzionare; ne ricevi uno nuovo.',
      'Gli altri tuoi browser dovranno accedere di nuovo.',
    ],
    done: 'Hai chiavi nuove.',
    present: 'La tua chiave attuale',
  },
  devices: {
    title: 'Dispositivi e sessioni',
    lead: 'Ogni browser con cui hai fatto l’accesso.',
    thisOne: 'questo browser',
    seen: (date) => `visto l’ultima volta il ${date}`,
    waiting: (n) => `${count(n, 'messaggio lo aspetta', 'messaggi lo aspettano')}`,
    remove: 'Togli',
    removeLabel: (name) => `Togli ${name}`,
    question: (name) => `Togliere ${name}?`,
    text: 'Viene scollegato subito, e i messaggi che lo aspettano vengono cancellati.',
    done: (name) => `${name} è stato tolto.`,
    sessionsTitle: 'Altre sessioni',
    session: (date) => `Sessione senza dispositivo, dal ${date}`,
    end: 'Chiudi',
    endLabel: (date) => `Chiudi la sessione del ${date}`,
    ended: 'La sessione è chiusa.',
    none: 'Nessuna.',
  },
  receipts: {
    title: 'Doppia spunta',
    lead: 'Quando un messaggio è arrivato qui, questo browser lo dice a chi l’ha scritto, cifrato come un messaggio.',
    label: 'Di’ quando i messaggi sono arrivati qui',
    without:
      'Senza, gli altri vedono una spunta sola, e se l’ultimo messaggio di una chat si perde per strada può non vedersi finché non arriva il prossimo.',
    read: 'Di’ quando li ho letti',
    withoutRead:
      'Allora si vedono due spunte piene. Senza, gli altri vedono che un messaggio è arrivato qui, e mai se l’hai guardato. Quello che dicono a te lo decidono loro.',
  },
  install: {
    title: 'Installa Chatnip',
    lead: 'Si apre poi in una finestra sua, dalla schermata iniziale o tra i tuoi programmi.',
    submit: 'Installa Chatnip',
  },
  language: { title: 'Lingua', lead: 'Per questo browser.' },
  history: {
    title: 'Messaggi in questo browser',
    keeping: {
      kept: 'Questo browser li conserva finché non li cancelli tu, o non svuoti i dati di questo sito.',
      'may be cleared': 'Se resta senza spazio, questo browser può cancellare i tuoi messaggi.',
      unknown: 'Questo browser non dice se conserva i tuoi messaggi quando resta senza spazio.',
      ask: 'Chiedigli di conservarli',
      refused:
        'Per ora ha detto di no. Molti browser dicono di sì se torni spesso, o se aggiungi la pagina ai preferiti.',
    },
    saveText: 'Salva come testo',
    saveJson: 'Salva come JSON',
    saved: (n) => `${count(n, 'messaggio salvato', 'messaggi salvati')} in un file. Non è cifrato: tienilo al sicuro.`,
    nothing: 'Non c’è ancora nessun messaggio da salvare.',
    remove: 'Cancella tutti i messaggi qui',
    question: 'Cancellare tutti i messaggi in questo browser?',
    text: 'Non si possono recuperare. Gli altri tuoi browser, e le persone a cui hai scritto, tengono i loro.',
    removed: 'Tutti i messaggi in questo browser sono cancellati.',
    fileName: 'chatnip-messaggi',
    textLine: (date, from, to) => `${date}, da ${from} a ${to}:`,
  },
  leave: {
    title: 'Esci',
    lead: 'I messaggi restano in questo browser, cifrati, finché non accedi di nuovo.',
    submit: 'Esci',
    forget: 'Esci e dimentica tutto qui',
    forgetQuestion: 'Dimenticare tutto in questo browser?',
    forgetText:
      'Toglie da questo browser le tue chiavi e tutti i messaggi, e quelli che lo aspettano. Puoi rientrare con la password, ma quello che c’è solo qui va perso.',
    waiting: (n) =>
      `${count(n, 'messaggio non è ancora partito e andrebbe perso', 'messaggi non sono ancora partiti e andrebbero persi')}.`,
  },
  remove: {
    title: 'Elimina l’account',
    lead: 'Il tuo nome torna libero e tutto quello che c’è sul server viene cancellato.',
    submit: 'Elimina l’account',
    question: 'Eliminare il tuo account per sempre?',
    lost: [
      'Le tue chiavi, la tua immagine e i tuoi dispositivi.',
      'I messaggi in viaggio, inviati e ricevuti.',
      'Tutti i messaggi in questo browser.',
    ],
    confirm: 'Elimina per sempre',
    done: 'Il tuo account è eliminato. Addio: al gatto mancherai.',
  },
  account: (name) => `Accesso come ${name}`,
}
