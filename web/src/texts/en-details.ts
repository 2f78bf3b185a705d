/** Everything about one message. It comes with that. */
export const details = {
  title: 'About this message',
  from: 'From',
  to: 'To',
  written: 'Written',
  state: 'State',
  mark: 'Mark',
  key: 'Signed with key',
  since: 'Key known since',
  compared: 'Compared in person',
  yes: 'Yes',
  no: 'No',
  reason: 'Why',
  clock: 'by the sender’s clock',
  marks: {
    verified: 'Verified: signed with the key that you know of this person.',
    'new key': 'Signed with the present key of this person, which is not the one you knew before.',
    'earlier key':
      'Signed with a key that this person had before. It was on its way when the key changed, or somebody has the old key: if it matters, ask.',
    unsigned: 'Not signed. It came as plain text, so anybody with access to the server could have written or read it.',
    forged: 'It does not check, so its text is not shown.',
  },
  reasons: {
    'not readable': 'It cannot be opened with your keys.',
    'signature wrong': 'The signature belongs to no key of this person.',
    'sender differs': 'Inside it names another sender.',
    'addressee differs': 'It was written to somebody else.',
    'id differs': 'It was sent before under another number.',
    'key differs': 'Somebody in between opened it and sealed it anew. Compare numbers.',
    'form wrong': 'It is not of the form that Chatnip writes.',
    'version unknown': 'It was written by a newer Chatnip. Reload the page to update yours.',
    'no forward secrecy':
      'It came with less protection than is usual here: whoever steals the account’s keys later could open it. An older Chatnip or another program wrote it, or a device whose conversation was being repaired.',
  } as Readonly<Record<string, string>>,
  states: {
    accepted: 'Sent: the server has it and keeps it until it is fetched.',
    stored: 'Delivered: one of their devices has it, and has said so with its signature.',
    read: 'Read: one of their devices has shown it to them, and has said so with its signature.',
  } as Readonly<Record<string, string>>,
  secrecy: 'Forward secrecy',
  secrecyIs: {
    held: 'Yes: its key is used once and then thrown away. Whoever steals keys later cannot open it, nor could a quantum computer.',
    not: 'No: whoever steals the account’s keys later could open it.',
  },
  ownMark: 'Encrypted and signed in your browser.',
  compareNow: 'Compare numbers',
}

export type DetailsTexts = typeof details
