import type { AboutTexts } from './en-about.ts'

export const about: AboutTexts = {
  title: 'Cos’è Chatnip',
  askedTitle: 'Cosa ti chiediamo',
  asked: 'Un nome di lettere semplici e cifre, e una password di almeno 15 caratteri. Niente telefono, niente e-mail.',
  storedTitle: 'Cosa conserva il server',
  stored: [
    'Il tuo nome, la tua chiave pubblica, la tua immagine se ne metti una, e una forma della password da cui non si può risalire a lei.',
    'Le tue chiavi private, chiuse con la password e con il codice di recupero. Il server non può aprire né l’una né l’altra copia.',
    'I nomi dei tuoi dispositivi e il giorno in cui ciascuno si è visto l’ultima volta.',
    'I messaggi in viaggio, cifrati, finché ogni dispositivo non li ha, e non oltre il tempo fissato da questo server (di solito 30 giorni).',
  ],
  browserTitle: 'Cosa conserva questo browser',
  browser: [
    'I tuoi messaggi, cifrati con una chiave che non lascia mai questo browser.',
    'Un cookie che ti tiene collegato. Nessun altro, e niente da altri siti.',
    'L’ultimo nome usato, la lingua, e che gli è stato chiesto di conservare i tuoi messaggi.',
    'L’app stessa, così si apre anche senza rete.',
  ],
  limitsTitle: 'Cosa non possiamo nascondere',
  limits:
    'Il server vede chi scrive a chi, quando e quanto. Gli serve per consegnare. Non lo annota più a lungo di così.',
  licenceTitle: 'Software libero',
  licence:
    'Puoi usare, leggere, cambiare e condividere Chatnip secondo la GNU General Public License, versione 3 o successiva. Viene senza alcuna garanzia.',
  docs: 'Come scrivere un tuo client: tutta l’API in una pagina',
}
