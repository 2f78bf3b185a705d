import type { PeopleTexts } from './en-people.ts'
import { countIn } from './plural.ts'

const count = countIn('it')

export const people: PeopleTexts = {
  requests: (n) => count(n, 'richiesta di messaggi', 'richieste di messaggi'),
  wouldLike: 'Vorrebbe scriverti',
  askTitle: (name) => `${name} vorrebbe scriverti.`,
  askLead: (name) =>
    `Qui non vi conoscete ancora. ${name} non viene a sapere che questo è arrivato né che l’hai letto. Immagini e link aspettano finché non accetti.`,
  accept: 'Accetta',
  remove: 'Elimina',
  block: 'Blocca',
  blockQuestion: (name) => `Bloccare ${name}?`,
  blockWhat: (name) =>
    `Di quello che ${name} manda da ora in poi non si conserva e non si mostra nulla, in nessuno dei tuoi browser, e ${name} non lo viene a sapere.`,
  blockServer:
    'Il server non ne sa nulla: continua a portare i suoi messaggi, e i tuoi browser li scartano. Puoi ripensarci nelle impostazioni.',
  blockRequest: 'Se ne va anche quello che ha scritto finora.',
  blocked: (name) => `Hai bloccato ${name}. Quello che manda viene scartato.`,
  unblock: 'Sblocca',
  unblockName: (name) => `Sblocca ${name}`,
  blockedTitle: 'Persone bloccate',
  blockedLead: 'Quello che mandano viene scartato nei tuoi browser. Il server non sa chi blocchi.',
  nobodyBlocked: 'Non hai bloccato nessuno.',
  muteTitle: 'Notifiche',
  muteLead:
    'Silenziati, i nuovi messaggi di qui non vengono annunciati né contati nel titolo. In tutti i tuoi browser.',
  on: 'Attive',
  muteFor: (time) => `Silenziate per ${time}`,
  muteAlways: 'Silenziate finché non cambi idea',
  mutedUntil: (time) => `Silenziate fino a ${time}`,
  save: 'Salva',
}
