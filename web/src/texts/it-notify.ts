import type { NotifyTexts } from './en-notify.ts'

/** Le notifiche. */
export const notify: NotifyTexts = {
  shown: { title: 'Chatnip', body: 'Nuovo messaggio' },
  title: 'Notifiche',
  lead: 'Questo browser può avvisarti quando arriva un messaggio mentre sei altrove.',
  switchOn: 'Attiva',
  switchOff: 'Disattiva',
  denied:
    'Il tuo browser non lascia che Chatnip ti avvisi. Permettilo nelle impostazioni del browser per questo sito (accanto all’indirizzo), poi premi di nuovo.',
  none: 'Questo browser non mostra notifiche dei siti.',
  install:
    'Su iPhone e iPad può avvisare solo l’app installata. Premi Condividi, poi «Aggiungi alla schermata Home», apri Chatnip da lì e attivale qui.',
  withText: 'Mostra chi ha scritto, e che cosa',
  withTextHint:
    'Mentre Chatnip è aperto in secondo piano. Senza, e sempre quando è chiuso, una notifica dice «Nuovo messaggio» e nient’altro: ciò che sveglia questo browser non contiene nulla che si possa leggere.',
  sound: 'Con un suono',
  soundHint: 'Quello del tuo sistema.',
  test: 'Prova',
  tested: 'In arrivo. Se entro mezzo minuto non compare nulla, guarda se il sistema tiene in silenzio il browser.',
  asleep: 'Le notifiche sono attive, anche quando Chatnip è chiuso.',
  asleepHint: 'Un browser su un computer che è chiuso del tutto ti avvisa quando lo riapri.',
  open: 'Le notifiche sono attive mentre Chatnip è aperto in una scheda o finestra. Questo browser, o questo server, non può svegliarlo quando è chiuso.',
  maker:
    'Per svegliare questo browser il server si rivolge al servizio push del suo produttore, che viene a sapere che è arrivato qualcosa, e quando; non da chi, né che cosa.',
}
