import type { KnownTexts } from './known.ts'
import { countIn } from './plural.ts'

const count = countIn('it')

/** Che cosa conserva il server. */
export const it: KnownTexts = {
  lead: 'Letto un momento fa dalle sue tabelle. I tuoi messaggi non li può leggere; questo è ciò che resta.',
  download: 'Scarica',
  downloadLine: (title) => `Scarica: ${title}`,
  downloadAll: 'Scarica tutto',
  fileName: 'chatnip-saputo',
  look: 'Mostra le più recenti',
  remove: 'Elimina…',
  removeLine: (title) => `Nelle impostazioni puoi eliminare: ${title}`,
  rows: (rows) => count(rows, 'voce', 'voci'),
  bytes: (bytes) => count(bytes, 'byte', 'byte'),
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
    push: {
      title: 'Dove svegliare i tuoi browser',
      text: 'L’indirizzo che ogni browser con le notifiche ha presso il servizio push del suo produttore, e quando è stato usato l’ultima volta. Quello che vi si manda è vuoto; il servizio push viene a sapere che è arrivato qualcosa, e quando.',
      end: 'Sparisce quando disattivi le notifiche, o con il dispositivo.',
    },
  },
  elsewhereTitle: 'E oltre alle tabelle',
  elsewhere: [
    'In memoria, per qualche minuto: il tuo indirizzo di rete, perché nessuno possa tentare password senza fine. Non viene mai scritto.',
    'Nelle copie di sicurezza di chi gestisce questo server: ciò che stava nelle tabelle allora.',
    'Finché sei qui, chi gestisce il server può vedere che ci sei e quando passano messaggi.',
  ],
}
