import type { FilesTexts } from './en-files.ts'
import { countIn } from './plural.ts'

const count = countIn('it')

export const files: FilesTexts = {
  tray: 'Che cosa verrà inviato',
  remove: (name) => `Togli: ${name}`,
  original: 'Invia le foto come file, intatte',
  originalHint: 'Più grandi, e con tutto quello che ci ha scritto la fotocamera: il luogo, l’ora, l’apparecchio.',
  tooMany: (most) => `Un messaggio porta al massimo ${most} file. Invia gli altri in un secondo messaggio.`,
  tooLarge: (name, most) => `${name} supera ${most} e resta qui.`,
  preparing: 'Preparo tutto…',
  noRoom: 'Questo browser non ha spazio per tenere questi file finché non partono. Fanne un po’, o inviane meno.',
  unreadable: 'Uno di questi file non si legge più. Toglilo e sceglilo di nuovo.',
  notHere: 'Il programma dell’altra parte non ha chiavi che possano aprire file.',
  notRedrawn: (name) =>
    `${name} qui non si può rimpicciolire, e partirebbe con tutto quello che ci ha scritto la fotocamera. Inviala intatta, o toglila.`,
  wordsTooLong: 'Queste parole sono troppo lunghe per accompagnare dei file. Accorciale.',

  photo: (name) => `Foto: ${name}`,
  open: (name) => `Apri la foto ${name}`,
  show: 'Mostra',
  save: 'Salva',
  saveFile: (name) => `Salva ${name}`,
  size: (size) => size,
  sending: (name, percent) => `${name}: inviato il ${percent} per cento`,
  fetching: (name, percent) => `${name}: scaricato il ${percent} per cento`,
  waits: 'Aspetta di partire',
  stop: 'Ferma',
  stopSending: 'Ferma l’invio',
  gone: 'Questo file non è più sul server, e neanche in questo browser.',
  damaged: 'Quello che ha dato il server non è quello che è stato inviato. Forse è stato cambiato per strada.',
  failed: 'Al momento non si può scaricare.',
  notPicture: 'Non è una foto che si possa mostrare senza rischi. Puoi salvarla.',
  again: 'Riprova',
  before: 'Foto precedente',
  after: 'Foto successiva',
  of: (n, all) => `${n} di ${all}`,

  record: 'Registra un messaggio vocale',
  recording: 'Sto registrando',
  finish: 'Termina la registrazione',
  cancel: 'Butta via la registrazione',
  noMicrophone: 'Chatnip non può usare il microfono. Lo decidono le impostazioni del browser per questo sito.',
  play: 'Ascolta',
  pause: 'Pausa',
  position: 'Punto del messaggio vocale',
  seconds: (n) => count(n, 'secondo', 'secondi'),
  voiceName: 'Messaggio vocale',
}
