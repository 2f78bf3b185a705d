import type { InviteTexts } from './en-invite.ts'

export const invite: InviteTexts = {
  title: 'Invita qualcuno',
  lead: 'Chi apre questo link, o legge il codice, ti trova qui, si iscrive se serve, e sa che sei proprio tu: dentro c’è l’impronta della tua chiave.',
  care: 'Mandalo per una via in cui sai chi lo riceve. Dice chi invita soltanto a chi lo legge.',
  link: 'Il tuo link',
  qr: 'Il tuo link come codice da leggere',
  copy: 'Copia il link',
  code: 'Codice d’invito',
  codeHint: 'Questo server accoglie nuove persone su invito. Chiedi un codice a chi lo gestisce e mettilo qui.',
  closed: 'Questo server al momento non accoglie nuove persone. Il link funziona per chi ha già un account qui.',
  pageTitle: 'Un invito',
  invites: (name) => `${name} ti invita su Chatnip.`,
  about: 'Un nome, una password, mezzo minuto. Quello che vi scrivete lo leggete soltanto voi due.',
  signUp: 'Iscriviti',
  logIn: 'Ho già un account qui',
  signedIn: (name, own) => `${name} vorrebbe scrivere con te. Qui sei ${own}.`,
  open: (name) => `Scrivi a ${name}`,
  opening: 'Guardiamo se è proprio la persona giusta…',
  own: 'Questo è il tuo invito. Dallo a qualcun altro.',
  broken:
    'Questo invito non è intero: una parte del link manca o è stata cambiata. Chiedilo di nuovo, meglio come codice da leggere.',
  wrongKey: (name) =>
    `Attenzione: la chiave di questo invito non è quella che il server dà per ${name}. Succede quando ${name} ha fatto chiavi nuove nel frattempo, e succederebbe se qualcuno si mettesse in mezzo. Niente è stato segnato come verificato. Chiedi a ${name} un link nuovo, per una via di cui ti fidi.`,
  anyway: 'Apri comunque la conversazione',
  toChats: 'Alle chat',
  toStart: 'Alla prima pagina',
}
