/** For comparing numbers with somebody. They come with that page. */
export const compare = {
  title: (name: string) => `Compare with ${name}`,
  lead: (name: string) =>
    `Look at this together with ${name}, in person or in a call where you know the voice. If both of you see the same sixty digits, nobody stands between you.`,
  digits: 'Sixty digits',
  qr: 'The same number as a picture to scan',
  same: 'They are the same',
  marked: (name: string) => `You compared numbers with ${name} in person.`,
  unmark: 'Take that back',
  markedNow: 'Noted. If the key ever changes, sending will wait for you.',
  outdated: 'The key changed while you compared, so nothing was noted. Compare the number that is shown now.',
  differ:
    'If they differ, do not send anything private. One of you may have started afresh; compare again after reloading.',
  yours: 'Your key',
  theirs: (name: string) => `Key of ${name}`,
  since: (date: string) => `Known since ${date}`,
  unavailable: (name: string) => `${name} uses a program without keys of our form, so there is nothing to compare.`,
  secrecy: {
    held: 'Yes: every message has a key of its own, which is thrown away after use. Nothing goes to this person with less.',
    notYet: 'Not yet. It comes by itself once both of you have been online with a present Chatnip.',
  },
}

export type CompareTexts = typeof compare
