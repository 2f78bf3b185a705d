import type { KnownTexts } from './known.ts'
import { countIn } from './plural.ts'

const count = countIn('en')

/** What the server keeps. */
export const en: KnownTexts = {
  lead: 'Read from its tables a moment ago. It can’t read your messages; this is what is left.',
  download: 'Download',
  downloadLine: (title) => `Download: ${title}`,
  downloadAll: 'Download everything',
  fileName: 'chatnip-known',
  look: 'Show the newest',
  remove: 'Delete…',
  removeLine: (title) => `In the settings you can delete: ${title}`,
  rows: (rows) => count(rows, 'entry', 'entries'),
  bytes: (bytes) => count(bytes, 'byte', 'bytes'),
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
    push: {
      title: 'Where to wake your browsers',
      text: 'The address that each browser with notifications has at its maker’s push service, and when it was last used. What is sent there is empty; the push service learns that something came, and when.',
      end: 'It goes when you switch notifications off, or with the device.',
    },
  },
  elsewhereTitle: 'And besides its tables',
  elsewhere: [
    'In memory, for minutes: your network address, so that nobody can guess passwords without end. It is never written down.',
    'In backups that the people who run this server make: what stood in the tables then.',
    'While you are here, anybody who runs the server can see that you are, and when messages pass.',
  ],
}
