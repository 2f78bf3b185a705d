import { acts } from './it-acts.ts'
import { carried } from './it-carried.ts'
import { errors } from './it-errors.ts'
import { fading } from './it-fading.ts'
import { keys } from './it-keys.ts'
import { groups } from './it-groups.ts'
import { search } from './it-search.ts'
import { countIn } from './plural.ts'
import type { Texts } from './en.ts'

const count = countIn('it')

export const it: Texts = {
  direction: 'ltr',
  errors,

  common: {
    appName: 'Chatnip',
    back: 'Indietro',
    cancel: 'Annulla',
    close: 'Chiudi',
    copy: 'Copia',
    copied: 'Copiato.',
    tryAgain: 'Riprova',
    reload: 'Ricarica',
    loading: 'Un momento…',
    username: 'Nome',
    password: 'Password',
    showPassword: 'Mostra la password',
    hidePassword: 'Nascondi la password',
    skipToContent: 'Vai al contenuto',
    language: 'Lingua',
    home: 'Chatnip, pagina iniziale',
    newVersion: 'C’è una nuova versione di Chatnip.',
    notLoaded: 'Non caricata',
    pageFailed:
      'Non è stato possibile caricare questa pagina. Forse sei offline, o intanto Chatnip è stato aggiornato.',
    later: 'Più tardi',
    needed: 'Questo serve.',
  },

  welcome: {
    title: 'Chiacchiere che restano tra voi',
    lead: 'Chatnip è un piccolo messenger. Un nome, una password, nient’altro, e sei dentro. Quello che scrivi viene cifrato in questo browser; il server lo consegna e lo dimentica.',
    signUp: 'Iscriviti',
    logIn: 'Accedi',
    about: 'Cos’è Chatnip',
    points: [
      ['Non chiediamo nulla', 'Né numero di telefono, né e-mail, né il tuo vero nome.'],
      ['Non teniamo nulla', 'Il server conserva un messaggio finché non è arrivato. Poi sparisce.'],
      ['Non perdiamo nulla', 'Quello che mandi arriva una volta sola, anche se cade la linea.'],
    ],
  },

  signUp: {
    title: 'Iscriviti',
    lead: 'Un nome, una password, mezzo minuto.',
    name: 'Scegli un nome',
    nameHint: 'Lettere, cifre, punto, trattino e trattino basso. Gli altri ti trovano così.',
    nameBad: 'Usa lettere senza accenti, cifre, punto, trattino e trattino basso; al massimo 32.',
    password: 'Scegli una password',
    passwordHint: 'Almeno 15 caratteri. Qualche parola di fila è facile da ricordare e difficile da indovinare.',
    passwordShort: (missing) => `${missing === 1 ? 'Manca 1 carattere' : `Mancano ${missing} caratteri`}.`,
    passwordLongEnough: 'Abbastanza lunga.',
    passwordTooLong: 'Al massimo 256 caratteri.',
    suggest: 'Proponimene una',
    suggested: 'Eccone una. Falla salvare al browser, oppure scrivila.',
    invite: 'Invito',
    inviteHint: 'In questo server si entra su invito.',
    puzzle: 'Completa la frase',
    work: 'Il browser mostra da solo che non sei una macchina.',
    usePuzzle: 'Preferisco completare una frase',
    useWork: 'Lascia fare al browser',
    puzzleHint: 'Una parola, così sappiamo che non sei una macchina.',
    workFailed: 'Il browser non è riuscito a mostrare da solo che non sei una macchina. Completa la frase, per favore.',
    submit: 'Iscriviti',
    making: 'Preparo le tue chiavi…',
    haveAccount: 'Hai già un account?',
    closed: 'Al momento questo server non accetta nuovi account.',
  },

  recoveryCode: {
    title: 'Il tuo codice di recupero',
    lead: 'Se dimentichi la password, queste dodici parole riportano tutto. Non le ha nessun altro e le mostriamo solo adesso. Scrivile su carta.',
    saveFile: 'Salva in un file',
    fileName: 'chatnip-codice-di-recupero.txt',
    fileText: (username, code) =>
      `Codice di recupero Chatnip di ${username}\n\n${code}\n\nChi ha queste parole può aprire il tuo account. Tienile al sicuro.\n`,
    ask: (place) => `Per essere sicuri che tu le abbia: qual è la parola ${place}?`,
    wrong: 'È un’altra parola. Guarda di nuovo l’elenco.',
    done: 'Le ho scritte',
    list: 'Le dodici parole',
  },

  logIn: {
    title: 'Accedi',
    haveCode: 'Il codice di recupero',
    submit: 'Accedi',
    opening: 'Apro le tue chiavi…',
    forgot: 'Hai dimenticato la password?',
    noAccount: 'Sei nuovo qui?',
    keysMissingTitle: 'Le tue chiavi non si aprono',
    keysMissing:
      'La password è giusta, ma le chiavi di questo account non sono conservate qui, o non in una forma che questa password apra. Puoi ricominciare con chiavi nuove.',
    freshLost: [
      'I messaggi che ti aspettano adesso non si potranno leggere.',
      'I tuoi contatti sapranno che la tua chiave è cambiata, e chi aveva confrontato i numeri con te dovrà rifarlo.',
    ],
    freshKept: 'Restano il nome, l’immagine e quello che hanno gli altri tuoi browser.',
    fresh: 'Ricomincia con chiavi nuove',
  },

  chats: {
    title: 'Chat',
    openLabel: 'Scrivi a un nome',
    openButton: 'Apri',
    list: 'Chat',
    noteToSelf: 'Note per te',
    noteToSelfHint: 'Un posto per i tuoi appunti. Arrivano anche agli altri tuoi browser.',
    empty: 'Ancora nessuna chat. Scrivi qui sopra il nome di qualcuno, o lascia una nota a te.',
    pick: 'Scegli una chat a sinistra, o aprine una con il nome.',
    draft: 'Bozza:',
    muted: 'Silenziata',
    you: 'Tu:',
    unread: (n) => count(n, 'messaggio nuovo', 'messaggi nuovi'),
    undelivered: (n) => count(n, 'messaggio non è arrivato', 'messaggi non sono arrivati'),
    settings: 'Impostazioni',
    forgedPreview: 'Un messaggio che non torna',
    back: 'Torna all’elenco',
  },

  status: {
    offline: 'Offline. Quello che scrivi partirà più tardi.',
    connecting: 'Mi collego…',
    waiting: (n) => `${count(n, 'messaggio in attesa', 'messaggi in attesa')}.`,
    damaged:
      'Quello che è salvato in questo browser è danneggiato: da qui non parte e non arriva più nulla. Salva i tuoi messaggi nelle impostazioni, poi esci da lì dimenticando tutto qui, e accedi di nuovo.',
    toSettings: 'Alle impostazioni',
    signedOut: 'Sei stato scollegato. Quello che scrivi resta qui.',
    signIn: 'Accedi di nuovo',
    signInTitle: 'Accedi di nuovo',
    signInLead: (name) =>
      `La tua sessione è finita. I messaggi sono ancora qui, ${name}; quelli in attesa partono appena rientri.`,
  },

  chat: {
    messages: (name) => `Messaggi con ${name}`,
    empty: (name) =>
      `Quello che vi scrivete tu e ${name} lo potete leggere solo voi due. Per essere sicuro che sia davvero ${name}, confrontate i numeri.`,
    emptyPlain: (name) =>
      `${name} usa un programma senza le nostre chiavi: quello che scrivi va in chiaro e il server potrebbe leggerlo.`,
    emptyNote: 'Appunti per te. Sono cifrati come tutto il resto e arrivano agli altri tuoi browser.',
    compare: 'Confronta i numeri',
    older: 'Carico i messaggi precedenti…',
    beginning: 'I messaggi di questo browser cominciano qui.',
    unreadLine: 'Messaggi nuovi',
    latest: 'Vai agli ultimi',
    latestCount: (n) => count(n, 'messaggio nuovo', 'messaggi nuovi'),
    compose: (name) => `Messaggio per ${name}`,
    composeNote: 'Nota per te',
    send: 'Invia',
    tooLong: 'È troppo lungo per un messaggio solo. Accorcialo o mandalo in più parti.',
    own: 'Tu',
    sentBy: (name, text) => `Da ${name}: ${text}`,
    state: {
      waiting: 'In attesa di partire',
      accepted: 'Inviato',
      stored: 'Consegnato',
      read: 'Letto',
      failed: 'Non inviato',
      expired: 'Non ritirato in tempo',
    },
    sendAgain: 'Invia di nuovo',
    tryNow: 'Prova adesso',
    discard: 'Elimina',
    expired: 'Nessuno ha ritirato questo messaggio in tempo e il server l’ha lasciato andare. Qui ce l’hai ancora.',
    refusals: {
      no_such_user: 'Non inviato: un account con questo nome non c’è più.',
      account_disabled: 'Non inviato: chi gestisce il server ha disattivato un account. Chiedi a loro.',
    },
    held: {
      mailbox_full: 'La sua casella è piena, perciò il messaggio aspetta qui. Riproviamo da soli.',
      too_many: 'Sono stati tanti messaggi in poco tempo, perciò questo aspetta un po’. Riproviamo da soli.',
      disk_full: 'In questo momento il server non ha spazio, perciò il messaggio aspetta qui. Riproviamo da soli.',
      'no key packages':
        'I suoi dispositivi non hanno lasciato sul server nulla con cui chiuderlo, perciò aspetta qui invece di partire meno protetto del solito. Parte da solo quando uno di loro è online.',
    },
    showUndelivered: 'Mostra',
    about: 'Questa conversazione',
    details: 'Dettagli del messaggio',
    mark: {
      verified: 'Verificato',
      'new key': 'Firmato con una chiave nuova.',
      'earlier key': 'Firmato con una chiave precedente.',
      unsigned: 'Senza firma: potrebbe averlo scritto chiunque.',
      forged: 'Questo messaggio non torna. Potrebbe essere falso, perciò non lo mostriamo.',
    },
    missing: (count, from) => (count === 1 ? `Manca 1 messaggio di ${from}.` : `Mancano ${count} messaggi di ${from}.`),
    missingOwn: (n) =>
      n === 1
        ? '1 messaggio che hai scritto altrove non è arrivato qui.'
        : `${n} messaggi che hai scritto altrove non sono arrivati qui.`,
    unread: (count, from) =>
      count === 1
        ? `1 messaggio di ${from} non si può ancora leggere in questo browser.`
        : `${count} messaggi di ${from} non si possono ancora leggere in questo browser.`,
    unreadOwn: (n) =>
      n === 1
        ? '1 messaggio che hai scritto altrove non si può ancora leggere qui.'
        : `${n} messaggi che hai scritto altrove non si possono ancora leggere qui.`,
    missingState: {
      asking: (n) => (n === 1 ? 'È stato chiesto di nuovo.' : 'Sono stati chiesti di nuovo.'),
      gone: (n) => (n === 1 ? 'Non è stato possibile riaverlo.' : 'Non è stato possibile riaverli.'),
    },
    why: 'Perché?',
    missingWhy: {
      asking:
        'I messaggi sono contati dentro la cifratura, così questo browser vede quando uno non arriva. Forse ha aspettato troppo, o forse il server l’ha trattenuto. Il browser che l’ha scritto lo rimanda quando siete entrambi online, e prende il suo posto qui.',
      gone: 'I messaggi sono contati dentro la cifratura, così questo browser vede quando uno non arriva. Il browser che l’ha scritto non ce l’ha più, l’ha ritirato, o non ha risposto a più richieste. Se è importante, chiedilo.',
    },
    unreadWhy: {
      asking:
        'Ogni messaggio è chiuso con una chiave tutta sua, per i dispositivi che erano nella conversazione quando è stato scritto. Questo browser non c’era: è nuovo, o è tornato a uno stato di prima. Il browser che l’ha scritto lo richiude per questo quando è online, e prende il suo posto qui. Quello che viene scritto da adesso si legge subito.',
      gone: 'Ogni messaggio è chiuso con una chiave tutta sua, per i dispositivi che erano nella conversazione quando è stato scritto. Questo browser non c’era, e quello che l’ha scritto non ce l’ha più, l’ha ritirato, o non ha risposto a più richieste. Forse ce l’hanno gli altri tuoi dispositivi.',
    },
    askAgain: 'Chiedi di nuovo adesso',
    mended: 'I messaggi mancanti sono arrivati.',
    keyChanged: (name) => `La chiave di ${name} è cambiata.`,
    keyChangedWhy:
      'Succede quando qualcuno ricomincia da capo, e succederebbe se qualcuno si mettesse tra voi. Confrontate i numeri prima di scrivere cose private.',
    mustConfirm: 'Avevi confrontato i numeri con la chiave di prima. L’invio aspetta che tu dica di sì.',
    confirm: 'Continua con la nuova chiave',
    confirmQuestion: (name) => `Continuare con la nuova chiave di ${name}?`,
    confirmLong: (name) =>
      `Chiedi a ${name} per un’altra via, magari al telefono, se ha ricominciato da capo. I messaggi in attesa partono con la nuova chiave appena continui.`,
    trust: {
      compared: 'Confrontata di persona',
      same: 'Cifrata',
      changed: 'Chiave nuova',
      plain: 'Non cifrata',
      self: 'Solo tu',
    },
    searching: (name) => `Cerco ${name}…`,
  },

  keys,
  groups,
  search,
  acts,
  carried,

  fading,

  insecure: {
    title: 'Questa connessione non è abbastanza sicura',
    text: 'Chatnip cifra nel tuo browser, e i browser lo permettono solo con https, o sul computer stesso all’indirizzo http://localhost.',
    todo: 'Apri l’indirizzo con https. Se gestisci tu questo server, mettilo dietro un proxy con un certificato: docs/self-hosting.md spiega come.',
  },

  lost: {
    title: 'Qui non c’è niente',
    text: 'Questo indirizzo non porta da nessuna parte. Il gatto ha guardato dappertutto.',
    home: 'Alla pagina iniziale',
  },
}
