/** The page about Chatnip. It comes with that page. */
export const about = {
  title: 'About Chatnip',
  askedTitle: 'What we ask of you',
  asked: 'A name of plain letters and digits, and a password of at least 15 characters. No phone number, no e-mail.',
  storedTitle: 'What the server stores',
  stored: [
    'Your name, your public key, your picture if you set one, and a scrambled form of your password from which it cannot be read.',
    'Your private keys, locked with your password and with your recovery code. The server can open neither.',
    'The names of your devices and the day each was last here.',
    'Messages on their way, encrypted, until each device has them, and no longer than the time this server sets (30 days unless changed).',
  ] as readonly string[],
  browserTitle: 'What this browser stores',
  browser: [
    'Your messages, encrypted under a key that never leaves this browser.',
    'One cookie that keeps you signed in. No others, and nothing from other sites.',
    'The name you used last, your language, and that it was asked to keep your messages.',
    'The app itself, so that it opens without a network.',
  ] as readonly string[],
  limitsTitle: 'What we cannot hide',
  limits:
    'The server sees who sends to whom, when, and how much. It has to, to pass messages on. It does not write it down for longer than that takes.',
  licenceTitle: 'Free software',
  licence:
    'You may use, read, change and share Chatnip under the GNU General Public License, version 3 or later. It comes without any warranty.',
  docs: 'How to write your own client: the whole API on one page',
}

export type AboutTexts = typeof about
