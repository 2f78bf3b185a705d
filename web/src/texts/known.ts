import type { Reply } from '@chatnip/protocol'
import { countIn } from './plural.ts'
import type { Language } from './index.ts'

/** The page on what the server keeps. In a file of its own, in all languages: it comes with the page, which few open. */

export type Line = Reply<'what_is_known'>['lines'][number]['line']

/** What it is, why it is kept and how long; and how it goes. */
interface Words {
  readonly title: string
  readonly text: string
  readonly end: string
}

interface KnownTexts {
  readonly title: string
  readonly lead: string
  readonly open: string
  readonly download: string
  readonly downloadLine: (title: string) => string
  readonly downloadAll: string
  readonly fileName: string
  readonly look: string
  readonly remove: string
  readonly removeLine: (title: string) => string
  readonly rows: (rows: number) => string
  readonly bytes: (bytes: number) => string
  readonly since: (oldest: string) => string
  readonly between: (oldest: string, newest: string) => string
  readonly nothing: string
  readonly notCounted: string
  readonly lines: Readonly<Record<Line, Words>>
  readonly elsewhereTitle: string
  readonly elsewhere: readonly string[]
}

const english = countIn('en')
const italian = countIn('it')

const en: KnownTexts = {
  title: 'What this server knows about you',
  lead: 'Read from its tables a moment ago. It can’t read your messages; this is what is left.',
  open: 'Look at what it knows',
  download: 'Download',
  downloadLine: (title) => `Download: ${title}`,
  downloadAll: 'Download everything',
  fileName: 'chatnip-known',
  look: 'Show the newest',
  remove: 'Delete…',
  removeLine: (title) => `Delete: ${title}. Opens the settings`,
  rows: (rows) => english(rows, 'entry', 'entries'),
  bytes: (bytes) => english(bytes, 'byte', 'bytes'),
  since: (oldest) => `since ${oldest}`,
  between: (oldest, newest) => `from ${oldest} to ${newest}`,
  nothing: 'Nothing.',
  notCounted: 'Not counted here.',
  lines: {
    account: {
      title: 'Your account',
      text: 'The name that you chose, and when. Anybody can ask this server whether the name is there.',
      end: 'It goes when you delete the account.',
    },
    password: {
      title: 'Your password',
      text: 'Only scrambled, so that it can be compared and not read. It is not shown: it would be of use to a thief alone.',
      end: 'A new password takes its place.',
    },
    keys: {
      title: 'Your keys',
      text: 'The public key, which everybody may have, and the private ones, locked with your password. The server can’t open them.',
      end: 'New keys take their place.',
    },
    recovery: {
      title: 'Your recovery',
      text: 'The private keys once more, locked with your recovery code, and what tells that somebody has the code.',
      end: 'A new recovery code takes its place.',
    },
    picture: {
      title: 'Your picture',
      text: 'The name of its file. Everybody on this server can see the picture.',
      end: 'It goes when you remove the picture.',
    },
    devices: {
      title: 'Your devices',
      text: 'What each is called, when it came and on which day it was last here; no hour, on purpose.',
      end: 'One goes when you remove the device.',
    },
    sessions: {
      title: 'Where you are signed in',
      text: 'When each session began, was last used and will end. What would let somebody in is not shown.',
      end: 'One ends when you log out there.',
    },
    key_packages: {
      title: 'Keys for new conversations',
      text: 'Public keys that your devices leave here, each given out once.',
      end: 'They go with their device.',
    },
    waiting: {
      title: 'Messages on their way to you',
      text: 'How many wait for each of your devices and how large they are. Their senders and times are known until they are fetched, their words never.',
      end: 'They go when they are fetched, or with their device.',
    },
    sent: {
      title: 'Messages on their way from you',
      text: 'They lie in others’ mailboxes, encrypted, with your name and the time, until they are fetched or their time is over. To count them the server would have to look through everybody’s.',
      end: 'Deleting the account takes them along.',
    },
    ids: {
      title: 'Numbers of your messages',
      text: 'Each message has a random number, kept so that none is ever taken twice. With whom you spoke and what you said is not kept with it.',
      end: 'They go when you delete the account.',
    },
    blobs: {
      title: 'Encrypted files',
      text: 'How large each is, how far it has come and when it ends. What is in it the server can’t read, and who fetched it it doesn’t keep.',
      end: 'Each goes at its time, or with the account.',
    },
  },
  elsewhereTitle: 'And besides its tables',
  elsewhere: [
    'In memory, for minutes: your network address, so that nobody can guess passwords without end. It is never written down.',
    'In backups that the people who run this server make: what stood in the tables then.',
    'While you are here, anybody who runs the server can see that you are, and when messages pass.',
  ],
}

const it: KnownTexts = {
  title: 'Che cosa sa di te questo server',
  lead: 'Letto un momento fa dalle sue tabelle. I tuoi messaggi non li può leggere; questo è ciò che resta.',
  open: 'Guarda che cosa sa',
  download: 'Scarica',
  downloadLine: (title) => `Scarica: ${title}`,
  downloadAll: 'Scarica tutto',
  fileName: 'chatnip-saputo',
  look: 'Mostra le più recenti',
  remove: 'Elimina…',
  removeLine: (title) => `Elimina: ${title}. Apre le impostazioni`,
  rows: (rows) => italian(rows, 'voce', 'voci'),
  bytes: (bytes) => italian(bytes, 'byte', 'byte'),
  since: (oldest) => `dal ${oldest}`,
  between: (oldest, newest) => `dal ${oldest} al ${newest}`,
  nothing: 'Niente.',
  notCounted: 'Qui non si conta.',
  lines: {
    account: {
      title: 'Il tuo account',
      text: 'Il nome che hai scelto, e quando. Chiunque può chiedere a questo server se il nome c’è.',
      end: 'Sparisce quando elimini l’account.',
    },
    password: {
      title: 'La tua password',
      text: 'Solo rimescolata, così che si possa confrontare e non leggere. Non è mostrata: servirebbe soltanto a un ladro.',
      end: 'Una password nuova prende il suo posto.',
    },
    keys: {
      title: 'Le tue chiavi',
      text: 'La chiave pubblica, che tutti possono avere, e quelle private, chiuse con la tua password. Il server non le può aprire.',
      end: 'Chiavi nuove prendono il loro posto.',
    },
    recovery: {
      title: 'Il tuo recupero',
      text: 'Ancora le chiavi private, chiuse con il codice di recupero, e ciò che dice se qualcuno ha il codice.',
      end: 'Un codice nuovo prende il suo posto.',
    },
    picture: {
      title: 'La tua immagine',
      text: 'Il nome del suo file. Tutti su questo server possono vedere l’immagine.',
      end: 'Sparisce quando togli l’immagine.',
    },
    devices: {
      title: 'I tuoi dispositivi',
      text: 'Come si chiama ciascuno, quando è arrivato e in che giorno è stato qui l’ultima volta; l’ora no, apposta.',
      end: 'Uno sparisce quando rimuovi il dispositivo.',
    },
    sessions: {
      title: 'Dove hai effettuato l’accesso',
      text: 'Quando ogni sessione è cominciata, è stata usata e finirà. Ciò che farebbe entrare qualcuno non è mostrato.',
      end: 'Una finisce quando esci da lì.',
    },
    key_packages: {
      title: 'Chiavi per conversazioni nuove',
      text: 'Chiavi pubbliche che i tuoi dispositivi lasciano qui, ciascuna data una volta sola.',
      end: 'Spariscono con il loro dispositivo.',
    },
    waiting: {
      title: 'Messaggi in viaggio verso di te',
      text: 'Quanti aspettano ciascuno dei tuoi dispositivi e quanto sono grandi. Mittenti e orari sono noti finché non li ritiri, le parole mai.',
      end: 'Spariscono quando li ritiri, o con il loro dispositivo.',
    },
    sent: {
      title: 'Messaggi in viaggio da te',
      text: 'Stanno nelle caselle degli altri, cifrati, con il tuo nome e l’ora, finché non sono ritirati o scadono. Per contarli il server dovrebbe cercare fra quelli di tutti.',
      end: 'Spariscono se elimini l’account.',
    },
    ids: {
      title: 'Numeri dei tuoi messaggi',
      text: 'Ogni messaggio ha un numero a caso, conservato perché nessuno sia preso due volte. Con chi hai parlato e che cosa hai detto non vi è conservato.',
      end: 'Spariscono quando elimini l’account.',
    },
    blobs: {
      title: 'File cifrati',
      text: 'Quanto è grande ciascuno, a che punto è arrivato e quando finisce. Che cosa contiene il server non lo può leggere, e chi lo ha ritirato non lo conserva.',
      end: 'Ciascuno sparisce a suo tempo, o con l’account.',
    },
  },
  elsewhereTitle: 'E oltre alle tabelle',
  elsewhere: [
    'In memoria, per qualche minuto: il tuo indirizzo di rete, perché nessuno possa tentare password senza fine. Non viene mai scritto.',
    'Nelle copie di sicurezza di chi gestisce questo server: ciò che stava nelle tabelle allora.',
    'Finché sei qui, chi gestisce il server può vedere che ci sei e quando passano messaggi.',
  ],
}

const TEXTS: Readonly<Record<Language, KnownTexts>> = { en, it }

export const knownTexts = (language: Language): KnownTexts => TEXTS[language]
